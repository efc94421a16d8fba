// `project create|list|import|label|status`.
import type { ImageClass } from '../../../shared/contract/classes.ts'
import type { TaskResult } from '../../../shared/contract/task-results.ts'
import { AppError } from '../../../shared/errors.ts'
import { fromCaller } from '../../caller-folder.ts'
import { nameKey } from '../../services/classes/names.ts'
import { percent, table, thousands } from '../format.ts'
import { follow, openProject } from './session.ts'
import type { Action, Session } from './session.ts'

export function create(folder: string, { name, images }: { name?: string; images?: string }): Action {
  return async (session) => {
    // Refuses what is no folder: with the project made, the command in its right form would be refused.
    if (images !== undefined) await session.api.projects.propose({ images })
    const project = await session.api.projects.create({ folder, ...(name !== undefined && { name }) })
    if (images === undefined) return { result: { project }, text: `made the project '${project.name}' in ${project.folder}` }
    return importInto(session, project.id, images)
  }
}

export function list(): Action {
  return async ({ api }) => {
    const { projects } = await api.projects.recent({})
    const rows = projects.map(({ name, folder, images, labelled, available }) => [
      name,
      available ? `${thousands(labelled)} of ${thousands(images)} labelled` : 'not there',
      folder,
    ])
    return {
      result: { projects },
      text: rows.length === 0 ? 'no projects yet; `project create DIR --images FOLDER` makes one' : table(rows),
    }
  }
}

export function check(folder: string): Action {
  return async ({ api }) => {
    const result = await api.projects.check({ folder })
    const backups = result.backups.map(({ file, at, bytes }) => [file, at, `${thousands(bytes)} bytes`])
    return {
      result,
      text: [
        result.whole ? 'whole' : result.problems.join('\n'),
        backups.length === 0 ? 'no backups' : table([['backup', 'made', ''], ...backups]),
        ...(result.whole ? [] : ['`project repair` rescues what can be read; with `--backup` it goes back to one of these']),
      ].join('\n'),
    }
  }
}

/** @param backup as `check` names it; absent = what can be read is rescued */
export function repair(folder: string, backup: string | undefined): Action {
  return async ({ api }) => {
    const project = await api.projects.repair({ folder, ...(backup !== undefined && { backup }) })
    return { result: { project }, text: `'${project.name}' in ${project.folder} is whole; what was exchanged is kept beside it` }
  }
}

export function importImages(folder: string, images: string): Action {
  return async (session) => importInto(session, (await openProject(session, folder)).id, images)
}

export interface LabelOptions {
  class?: string
  clear?: boolean
  from?: string
  replace?: boolean
}

/** Labels files of a project, or takes labels over from a CSV or a folder. */
export function label(folder: string, files: readonly string[], options: LabelOptions): Action {
  const ways = [options.class !== undefined, options.clear === true, options.from !== undefined].filter(Boolean).length
  if (ways !== 1) throw new AppError('bad-option', `project label: expected one of --class, --clear and --from, found ${ways} of them`)
  if ((options.from === undefined) === (files.length === 0))
    throw new AppError(
      'bad-option',
      `project label: expected ${options.from === undefined ? 'image files' : '--from alone'}, found ${files.length} files`,
    )
  if (options.replace === true && options.from === undefined)
    throw new AppError('bad-option', 'project label: expected --from beside --replace, found none')
  return async (session) => {
    const { id: project } = await openProject(session, folder)
    const { api } = session
    if (options.from !== undefined) {
      const done = await follow(
        session,
        await api.labels.import({ project, path: fromCaller(options.from), replace: options.replace === true }),
      )
      return { result: done, text: reportOf(done) }
    }
    const { images } = await api.images.find({ project, files: files.map(fromCaller) })
    const unknown = files.filter((_, i) => images[i] === null)
    if (unknown[0] !== undefined)
      throw new AppError(
        'not-found',
        `${unknown[0]}: expected an image of the project, found ${unknown.length} of ${files.length} files that are not`,
      )
    const selection = { images: images.filter((image) => image !== null) }
    const label = options.class === undefined ? null : await classNamed(session, project, options.class)
    const { images: count } = label
      ? await api.labels.assign({ project, selection, class: label.id })
      : await api.labels.clear({ project, selection })
    return { result: { images: count }, text: `${thousands(count)} images ${label ? `labelled ${label.name}` : 'without a label now'}` }
  }
}

export function status(folder: string): Action {
  return async (session) => {
    const project = await openProject(session, folder)
    const { api } = session
    const [statistics, { classes }, splits, { runs }] = await Promise.all([
      api.images.statistics({ project: project.id }),
      api.classes.list({ project: project.id }),
      api.splits.get({ project: project.id }),
      api.runs.list({ project: project.id }),
    ])
    const facts = [
      ['project', `${project.name}, ${project.folder}`],
      [
        'images',
        `${thousands(statistics.images)} (${thousands(statistics.missing)} missing, ${thousands(statistics.unreadable)} unreadable)`,
      ],
      [
        'labelled',
        `${thousands(statistics.labelled)} (${percent(statistics.images === 0 ? null : statistics.labelled / statistics.images)})`,
      ],
      [
        'labelled by split',
        Object.entries(splits.labelled)
          .map(([split, count]) => `${split} ${thousands(count)}`)
          .join(', '),
      ],
      ['classes', classes.map(({ name, images }) => `${name} ${thousands(images)}`).join(', ') || 'none'],
      ['runs', runs.map((run) => `${run.id} ${run.state}`).join(', ') || 'none'],
    ]
    return { result: { project, statistics, classes, splits, runs }, text: table(facts) }
  }
}

async function importInto(session: Session, project: string, images: string): Promise<Awaited<ReturnType<Action>>> {
  const report = await follow(session, await session.api.images.import({ project, folder: images }))
  return { result: { project: await session.api.projects.get({ project }), report }, text: reportOf(report) }
}

async function classNamed({ api }: Session, project: string, name: string): Promise<ImageClass> {
  const { classes } = await api.classes.list({ project })
  return classes.find((one) => nameKey(one.name) === nameKey(name)) ?? api.classes.create({ project, name })
}

function reportOf(result: TaskResult): string {
  switch (result.kind) {
    case 'import':
    case 'rescan':
      return [
        `${thousands(result.found)} images in ${result.folder} (${result.layout}): ${thousands(result.added)} new, ${thousands(result.moved)} moved, ` +
          `${thousands(result.changed)} changed, ${thousands(result.missing)} missing, ${thousands(result.unreadable)} unreadable, ` +
          `${thousands(result.duplicates)} duplicates`,
        `${thousands(result.labelled)} labels of ${thousands(result.classes)} classes`,
      ].join('\n')
    case 'import-labels':
      return `${thousands(result.labelled)} labelled, ${thousands(result.unchanged)} as they were, ${thousands(result.unknownCount)} names not in the project${
        result.unknown[0] === undefined ? '' : ` (e.g. ${result.unknown[0]})`
      }`
    default:
      return ''
  }
}
