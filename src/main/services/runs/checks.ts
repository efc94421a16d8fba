// Answers of the engine's job `check`, kept: it depends on the backbone's file and on what the run is told, on no image.
import type { RequestOf } from '../../../shared/requests.ts'
import type { ResultOf } from '../../../shared/results.ts'
import type { Engine } from '../context.ts'

/** Forms go to and fro between a few. */
const most = 100

export class Checks {
  readonly #engine: Engine
  /** Latest last. */
  readonly #known = new Map<string, ResultOf<'check'>>()

  constructor(engine: Engine) {
    this.#engine = engine
  }

  /** @param hash of the backbone's content */
  async check(request: RequestOf<'check'>, hash: string, signal: AbortSignal): Promise<ResultOf<'check'>> {
    // How many unlabelled images there are is the same to it, as long as there are some.
    const asked = { ...request, unlabelled: Math.min(1, request.unlabelled) }
    const key = JSON.stringify([hash, asked])
    const result = this.#known.get(key) ?? (await this.#engine.run<'check'>(asked, { subject: 'checking a run', priority: 'foreground', signal }))
    this.#known.delete(key)
    // Those with problems are asked again: the backbone's file may be whole the next time.
    if (result.problems.length === 0) this.#known.set(key, result)
    const [oldest] = this.#known.keys()
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest)
    return result
  }
}
