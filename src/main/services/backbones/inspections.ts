// What the engine has found in files of networks, kept while the files stay as they are: people look at one, then add it.
import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Engine } from '../context.ts'
import type { Inspection } from './store.ts'

const most = 20

class Inspections {
  readonly #engine: Engine
  /** By path, latest last. */
  readonly #known = new Map<string, { readonly facts: string; readonly inspection: Inspection }>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** @throws AppError as the job `inspect` */
  async inspect(file: string, signal: AbortSignal): Promise<Inspection> {
    const known = this.#known.get(file)
    if (known && (await factsOf(file, known.inspection.dataFiles)) === known.facts) return known.inspection
    const before = await factsOf(file, [])
    const { job: _job, ...inspection } = await this.#engine.run<'inspect'>(
      { job: 'inspect', file },
      { priority: 'foreground', subject: basename(file), signal },
    )
    this.#known.delete(file)
    // Written to while it was read: the next one reads it again.
    if ((await factsOf(file, [])) !== before) return inspection
    this.#known.set(file, { facts: await factsOf(file, inspection.dataFiles), inspection })
    const [oldest] = this.#known.keys()
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest)
    return inspection
  }
}

const byEngine = new WeakMap<Engine, Inspections>()

/** Those of an engine, for all services that take backbones in. */
export function inspectionsOf(engine: Engine): Inspections {
  let inspections = byEngine.get(engine)
  if (!inspections) byEngine.set(engine, (inspections = new Inspections(engine)))
  return inspections
}

/** What changes when one of the files does. */
async function factsOf(file: string, dataFiles: readonly string[]): Promise<string> {
  const files = [file, ...dataFiles.map((name) => join(dirname(file), name))]
  const facts = await Promise.all(files.map((path) => stat(path).catch(() => null)))
  return JSON.stringify(facts.map((found) => found && [found.size, found.mtimeMs, found.ctimeMs, found.ino]))
}
