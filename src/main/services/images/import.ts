// Tasks `import` and `rescan`: a project's sources brought in line with their folders, one scan of a project at a time.
import { isFolder } from '../../../node/files.ts'
import { isBelow } from '../../../node/inside.ts'
import type { ImportReport } from '../../../shared/contract/task-results.ts'
import { AppError } from '../../../shared/errors.ts'
import type { OpenProject, Studio } from '../context.ts'
import { realFolder } from '../projects/folder.ts'
import { wayInside } from '../projects/own-sources.ts'
import type { TaskContext } from '../tasks/task-runner.ts'
import { ScanRecorder } from './scan-recorder.ts'
import { announcer, scanSource } from './scan-source.ts'
import { summarise } from './scan-summary.ts'
import { keepReport } from './sources.ts'

interface Source {
  readonly id: number
  readonly folder: string
  readonly layout: string | null
}

type SourceReport = Omit<ImportReport, 'kind' | 'seconds'>
type ReportOf = { readonly source: number; readonly report: SourceReport }
type ScanContext = Pick<TaskContext, 'signal' | 'progress'>

/** Scans of a project follow one another: two at a time would take each other's moved files for new ones. */
export class Scans {
  readonly #studio: Studio
  readonly #last = new WeakMap<OpenProject, Promise<unknown>>()

  constructor(studio: Studio) {
    this.#studio = studio
  }

  /** Starts to take a folder in; one that is a source already is scanned again.
   * @throws AppError 'bad-option', 'not-found', 'no-access', 'conflict' for one that lies inside a
   *   source or around one: its files would be in the project twice. */
  async import(project: OpenProject, folder: string, labels: boolean): Promise<{ task: string }> {
    const real = await realFolder(folder)
    this.#admit(project, real)
    return this.#studio.tasks.start({ kind: 'import', project: project.id, subject: real }, (context) =>
      this.#importIn(project, real, labels, context),
    )
  }

  /** As `import`, as a part of another task. */
  async importNow(project: OpenProject, folder: string, labels: boolean, context: ScanContext): Promise<ImportReport> {
    return this.#importIn(project, await realFolder(folder), labels, context)
  }

  /** @param source absent = all of them. @throws AppError 'not-found' */
  rescan(project: OpenProject, source?: number): { task: string } {
    const sources = project.db.all<Source>('SELECT id, folder, layout FROM sources ORDER BY id')
    const chosen = source === undefined ? sources : sources.filter(({ id }) => id === source)
    if (source !== undefined && chosen.length === 0)
      throw new AppError('not-found', `source ${source}: expected one of the project's, found none`)
    const subject = chosen.map(({ folder }) => folder).join(', ')
    return this.#studio.tasks.start({ kind: 'rescan', project: project.id, subject }, (context) =>
      this.#inTurn(project, context, 'rescan', async () => {
        const reports: ReportOf[] = []
        for (const each of chosen)
          reports.push({ source: each.id, report: await this.#scan(project, each, each.layout !== 'none', context) })
        return reports
      }),
    )
  }

  #importIn(project: OpenProject, folder: string, labels: boolean, context: ScanContext): Promise<ImportReport> {
    return this.#inTurn(project, context, 'import', async () => {
      const source = this.#admit(project, folder) ?? addSource(project, folder)
      try {
        const report = await this.#scan(project, source, labels, context)
        if (isEmpty(project, source)) throw noImages(project, source)
        return [{ source: source.id, report }]
      } finally {
        dropEmpty(project, source)
      }
    })
  }

  async #inTurn(
    project: OpenProject,
    { signal }: ScanContext,
    kind: ImportReport['kind'],
    work: () => Promise<ReportOf[]>,
  ): Promise<ImportReport> {
    const before = this.#last.get(project)
    const turn = (async (): Promise<ImportReport> => {
      await before?.catch(() => undefined)
      if (signal.aborted) throw new AppError('stopped', 'stopped before it began')
      const start = performance.now()
      const reports = await work()
      const seconds = (performance.now() - start) / 1000
      for (const { source, report } of reports) keepReport(project, source, { kind, ...report, seconds })
      return total(
        kind,
        reports.map(({ report }) => report),
        seconds,
      )
    })()
    this.#last.set(project, turn)
    return turn
  }

  /** The source that a folder is, null where it can become one. */
  #admit(project: OpenProject, folder: string): Source | null {
    for (const source of project.db.all<Source>('SELECT id, folder, layout FROM sources')) {
      if (source.folder === folder) return source
      const where = isBelow(source.folder, folder) ? 'inside' : isBelow(folder, source.folder) ? 'around' : null
      if (where !== null)
        throw new AppError(
          'conflict',
          `${folder}: expected a folder apart from those of the project, found it ${where} ${source.folder}: images would be there twice`,
          { details: { path: folder, source: source.folder } },
        )
    }
    return null
  }

  async #scan(project: OpenProject, source: Source, labels: boolean, context: ScanContext): Promise<SourceReport> {
    const recorder = (await isFolder(source.folder))
      ? await scanSource(this.#studio, project, source, labels, context)
      : this.#gone(project, source)
    const summary = await summarise(project.db, source.id)
    const { added, moved, changed, missing } = recorder.counts
    return {
      ...summary,
      folder: source.folder,
      layout: recorder.layout,
      added,
      moved,
      changed,
      missing,
      classes: recorder.labels.counts.classes,
    }
  }

  #gone(project: OpenProject, source: Source): ScanRecorder {
    const recorder = new ScanRecorder(project, source)
    recorder.allGone()
    announcer(this.#studio, project, recorder)(true)
    return recorder
  }
}

function addSource(project: OpenProject, folder: string): Source {
  return project.db.transaction(() => {
    const { id } = project.db.run('INSERT INTO sources (folder, inside) VALUES (?, ?)', folder, wayInside(project.folder, folder))
    project.touch()
    return { id, folder, layout: null }
  })
}

function isEmpty({ db }: OpenProject, { id }: Source): boolean {
  return db.get('SELECT 1 FROM images WHERE source = ? LIMIT 1', id) === undefined
}

/** A folder that brought nothing is no source: it was none, or the import was cancelled before the first image. */
function dropEmpty(project: OpenProject, source: Source): void {
  if (!isEmpty(project, source)) return
  project.db.transaction(() => {
    project.db.run('DELETE FROM sources WHERE id = ?', source.id)
    project.touch()
  })
}

function noImages({ db }: OpenProject, { id, folder }: Source): AppError {
  const count = db.get<{ n: number }>('SELECT count(*) AS n FROM skipped WHERE source = ?', id)?.n ?? 0
  const first = db.get<{ path: string; reason: string }>('SELECT path, reason FROM skipped WHERE source = ? ORDER BY path', id)
  const found = first ? `none among ${count} files (e.g. ${first.path}: ${first.reason})` : 'an empty folder'
  return new AppError('bad-data', `${folder}: expected images (JPEG, PNG, WebP, TIFF, GIF, AVIF), found ${found}`)
}

function total(kind: ImportReport['kind'], reports: readonly SourceReport[], seconds: number): ImportReport {
  const sum = (key: Exclude<keyof SourceReport, 'folder' | 'layout' | 'formats' | 'shortSide'>): number =>
    reports.reduce((all, report) => all + report[key], 0)
  const sides = reports.flatMap(({ shortSide }) => shortSide ?? [])
  const formats: Record<string, number> = {}
  for (const report of reports)
    for (const [format, count] of Object.entries(report.formats)) formats[format] = (formats[format] ?? 0) + count
  return {
    kind,
    folder: reports.map(({ folder }) => folder).join(', '),
    layout: [...new Set(reports.map(({ layout }) => layout))].join(', '),
    found: sum('found'),
    added: sum('added'),
    moved: sum('moved'),
    changed: sum('changed'),
    missing: sum('missing'),
    unreadable: sum('unreadable'),
    duplicates: sum('duplicates'),
    skipped: sum('skipped'),
    classes: sum('classes'),
    labelled: sum('labelled'),
    formats,
    bytes: sum('bytes'),
    shortSide:
      sides.length === 0
        ? null
        : { smallest: Math.min(...sides.map((side) => side.smallest)), largest: Math.max(...sides.map((side) => side.largest)) },
    seconds,
  }
}
