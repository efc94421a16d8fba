// Task `import-labels`: labels and splits from a CSV or a folder, as one action of the history.
import { realpath, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileError } from '../../../node/file-error.ts'
import type { Split } from '../../../shared/contract/domain.ts'
import type { TaskResult } from '../../../shared/contract/task-results.ts'
import { AppError } from '../../../shared/errors.ts'
import type { OpenProject, Studio } from '../context.ts'
import { classMaker } from '../classes/change.ts'
import { classesByName, nameKey } from '../classes/names.ts'
import { recordAction } from '../history/record.ts'
import { among } from '../images/query.ts'
import type { Condition } from '../images/query.ts'
import { mustBeAbsolute } from '../projects/folder.ts'
import type { GivenLabels } from './given.ts'
import { readCsvLabels } from './read-csv.ts'
import { readFolderLabels } from './read-folder.ts'

/** More new classes than this are a column that holds something else. */
const mostNewClasses = 2000

/** @param replace also images that have a label or split. @throws AppError 'bad-option' for a relative path */
export function importLabels(studio: Studio, project: OpenProject, path: string, replace: boolean): { task: string } {
  mustBeAbsolute('path', path)
  return studio.tasks.start({ kind: 'import-labels', project: project.id, subject: path }, async (context): Promise<TaskResult> => {
    context.progress({ task: `reading ${path}`, done: 0, total: null, unit: 'images' })
    const isFolder = await stat(path).then(
      (found) => found.isDirectory(),
      (error: unknown) => {
        throw fileError(error, 'read', path) ?? error
      },
    )
    const given = isFolder
      ? await readFolderLabels(studio, project, await realpath(path), context)
      : await readCsvLabels(project, path, context.signal)
    if (context.signal.aborted) throw new AppError('stopped', `${path}: stopped before any label was changed`)
    return apply(studio, project, basename(path), given, replace)
  })
}

function apply(studio: Studio, project: OpenProject, subject: string, given: GivenLabels, replace: boolean): TaskResult {
  const { db } = project
  const labels = new Map<string, number[]>()
  const splits = new Map<Split, number[]>()
  const labelled = replace ? new Set<number>() : labelledAmong(project, [...given.images.keys()])
  for (const [image, { class: name, split }] of given.images) {
    if (name !== null && !labelled.has(image)) push(labels, name, image)
    if (split !== null) push(splits, split, image)
  }
  const { ids, missing: newClasses } = classesByName(db, labels.keys())
  if (newClasses.length > mostNewClasses)
    throw new AppError(
      'bad-data',
      `${subject}: expected at most ${mostNewClasses} new classes, found ${newClasses.length}; is it the right column?`,
    )
  const { action } = recordAction(studio, project, { kind: 'import', subject }, (recorder) => {
    const make = classMaker(db, recorder)
    for (const name of newClasses) ids.set(nameKey(name), make({ name }))
    for (const [name, images] of labels) {
      const label = ids.get(nameKey(name))
      if (label !== undefined) recorder.label(among(images), label)
    }
    for (const [split, images] of splits) recorder.split(replace ? among(images) : unset(images), split)
  })
  const changed = `SELECT count(*) AS n FROM changes WHERE action = ? AND subject = 'label'`
  const count = action === null ? 0 : (db.get<{ n: number }>(changed, action)?.n ?? 0)
  const { unknown, unknownCount } = given
  return { kind: 'import-labels', labelled: count, unchanged: given.images.size - count, newClasses, unknown, unknownCount }
}

function labelledAmong({ db }: OpenProject, images: readonly number[]): Set<number> {
  const sql = 'SELECT id FROM images WHERE class IS NOT NULL AND id IN (SELECT value FROM json_each(?))'
  return new Set(db.all<{ id: number }>(sql, JSON.stringify(images)).map(({ id }) => id))
}

function unset(images: readonly number[]): Condition {
  const { sql, values } = among(images)
  return { sql: `${sql} AND images.split IS NULL`, values }
}

function push<Key>(groups: Map<Key, number[]>, key: Key, image: number): void {
  const group = groups.get(key)
  if (group) group.push(image)
  else groups.set(key, [image])
}
