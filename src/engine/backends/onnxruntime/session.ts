// ONNX Runtime sessions: options, one session for equal models.
import { createHash } from 'node:crypto'
import { InferenceSession, listSupportedBackends } from 'onnxruntime-node'
import { AppError } from '../../../shared/errors.ts'
import { onDevice } from './device-memory.ts'
import { Placement } from './placement.ts'
import { placeOf } from './provider.ts'
import type { Provider } from './provider.ts'
import { sessionError } from './session-error.ts'

export interface SessionSettings {
  /** Threads within an operator. */
  readonly threads: number
  readonly provider: Provider
  /** Writes ONNX Runtime's profile to files that begin with this. */
  readonly profile?: string
  /** On a device: find out at the first run what of it is computed on the processor. */
  readonly watched?: boolean
}

/** What follows from a model, and is said beside it. */
export interface SessionHints {
  /** Nodes that are not for the device. */
  readonly kept: readonly string[]
  /** Results to be left on the device. */
  readonly resident: readonly string[]
}

interface Opened {
  readonly session: InferenceSession
  readonly placement: Placement | null
}

/** Sessions by content of their models; each is released when its last user has gone. */
export class SessionCache {
  readonly #settings: SessionSettings
  readonly #entries = new Map<string, { opened: Promise<Opened>; users: number }>()

  constructor(settings: SessionSettings) {
    this.#settings = settings
  }

  /** @param subject what the model is, for error messages */
  async take(model: Uint8Array, hints: SessionHints, subject: string): Promise<Opened & { release: () => void }> {
    const key = createHash('sha256').update(model).digest('hex')
    let entry = this.#entries.get(key)
    if (!entry) this.#entries.set(key, (entry = { opened: createSession(model, this.#settings, hints, subject), users: 0 }))
    const held = entry
    held.users++
    let released = false
    const release = (): void => {
      if (released) return
      released = true
      if (--held.users > 0) return
      this.#entries.delete(key)
      // Nothing depends on it any more, not even on a device that is lost.
      void held.opened.then(close).catch(() => undefined)
    }
    try {
      return { ...(await held.opened), release }
    } catch (error) {
      release()
      throw error
    }
  }

  async dispose(): Promise<void> {
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    for (const { opened } of entries) await close(await opened)
  }
}

async function close({ session, placement }: Opened): Promise<void> {
  await session.release()
  await placement?.remove()
}

async function createSession(
  model: Uint8Array,
  { threads, provider, profile, watched }: SessionSettings,
  { kept, resident }: SessionHints,
  subject: string,
): Promise<Opened> {
  // It would compute on the processor without a word.
  const offered = listSupportedBackends().map(({ name }) => name)
  if (!offered.includes(provider))
    throw new AppError('unsupported', `${provider}: expected one of ${offered.join(', ')}, which ONNX Runtime has on this system`)
  const placement = watched && provider !== 'cpu' && profile === undefined ? new Placement() : null
  const prefix = profile ?? placement?.prefix
  try {
    const session = await InferenceSession.create(model, {
      ...placeOf(provider, kept),
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // One block for all intermediate results at once takes up to 1.6 times the memory that reusing freed ones does, and is no faster.
      enableMemPattern: false,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
      ...(resident.length > 0 && { preferredOutputLocation: Object.fromEntries(resident.map((name) => [name, onDevice])) }),
      ...(prefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: prefix }),
    })
    return { session, placement }
  } catch (error) {
    await placement?.remove()
    if (provider === 'cuda' && /load shared library|load library/i.test(String(error)))
      throw new AppError(
        'unsupported',
        "cuda: expected ONNX Runtime's CUDA libraries with CUDA 12 and cuDNN 9, found none that can be loaded; `npm run setup:cuda` fetches the former",
        { cause: error },
      )
    throw sessionError(`ONNX Runtime cannot build ${subject}`, error)
  }
}
