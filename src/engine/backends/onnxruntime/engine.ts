// The ONNX Runtime engine: on CPU, or on another device with the CPU for what that cannot do.
import { env } from 'onnxruntime-node'
import type { Engine, Executable, Program, State } from '../../../core/graph/program.ts'
import type { HostTensor } from '../../../core/tensor/tensor.ts'
import { subjectOf } from '../subject.ts'
import { blockSize } from './block-size.ts'
import { DeviceMemory } from './device-memory.ts'
import { OnnxExecutable } from './executable.ts'
import { lowerProgram } from './lower-program.ts'
import { SessionCache } from './session.ts'
import type { Provider } from './provider.ts'
import { OnnxState } from './state.ts'

export interface OnnxRuntimeOptions {
  /** Threads within an operator; 1 if left out. */
  threads?: number
  /** ONNX Runtime writes a profile (Chrome's trace format) for each session, to files that begin with this. */
  profile?: string
  /** Execution provider; `cpu` if left out. */
  provider?: Provider
  /** False: without ONNX Runtime's blocked operators, as on processors that have none. */
  blocked?: boolean
  /** Told once a program what of it is computed on the processor instead of the device, by ONNX Runtime's own choice. */
  onFallback?: (operators: ReadonlyMap<string, number>, program: string) => void
}

/** An engine's `kind`, without one. */
export function engineKind(provider: Provider): string {
  return `onnxruntime ${env.versions.node ?? 'unknown'} ${provider}`
}

export class OnnxRuntimeEngine implements Engine {
  readonly name: string
  readonly kind: string
  readonly #sessions: SessionCache
  readonly #provider: Provider
  readonly #blocked: boolean
  readonly #memory: DeviceMemory | null
  readonly #onFallback: OnnxRuntimeOptions['onFallback']

  constructor({ threads = 1, provider = 'cpu', profile, blocked = provider === 'cpu', onFallback }: OnnxRuntimeOptions = {}) {
    this.name = `onnxruntime ${provider}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
    this.kind = engineKind(provider)
    this.#provider = provider
    this.#blocked = blocked
    this.#memory = DeviceMemory.of(provider)
    this.#onFallback = onFallback
    this.#sessions = new SessionCache({
      threads,
      provider,
      watched: onFallback !== undefined,
      ...(profile === undefined ? {} : { profile }),
    })
  }

  async compile(program: Program): Promise<Executable> {
    const subject = subjectOf(program)
    const block = this.#blocked ? await blockSize() : null
    const { model, ...lowered } = lowerProgram(program, { provider: this.#provider, block })
    const resident = this.#memory ? lowered.resident : []
    const { session, placement, release } = await this.#sessions.take(model, { kept: lowered.kept, resident }, subject)
    const ran = async (): Promise<void> => {
      const operators = await placement?.read(session)
      if (operators && operators.size > 0) this.#onFallback?.(operators, subject)
    }
    return new OnnxExecutable(program, lowered, session, { release, ran }, subject)
  }

  createState(values: Readonly<Record<string, HostTensor>>): Promise<State> {
    return OnnxState.create(values, this.#memory)
  }

  async dispose(): Promise<void> {
    await this.#sessions.dispose()
    await this.#memory?.dispose()
  }
}
