// The ONNX Runtime engine: on CPU, or on another device with the CPU for what that cannot do.
import type { Engine, Executable, Program, State } from '../../../core/graph/program.ts'
import type { HostTensor } from '../../../core/tensor/tensor.ts'
import { subjectOf } from '../subject.ts'
import { OnnxExecutable } from './executable.ts'
import { blockSize } from './block-size.ts'
import { lowerProgram } from './lower-program.ts'
import { SessionCache } from './session.ts'
import type { Provider } from './session.ts'
import { OnnxState } from './state.ts'

export interface OnnxRuntimeOptions {
  /** Threads within an operator; 1 if left out. */
  threads?: number
  /** ONNX Runtime writes a profile (Chrome's trace format) for each session, to files that begin with this. */
  profile?: string
  /** Execution provider; `cpu` if left out. State stays in the processor's memory whichever it is. */
  provider?: Provider
  /** False: without ONNX Runtime's blocked operators, as on processors that have none. */
  blocked?: boolean
}

export class OnnxRuntimeEngine implements Engine {
  readonly name: string
  readonly #sessions: SessionCache
  readonly #blocked: boolean

  constructor({ threads = 1, provider = 'cpu', profile, blocked = provider === 'cpu' }: OnnxRuntimeOptions = {}) {
    this.name = `onnxruntime ${provider}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
    this.#blocked = blocked
    this.#sessions = new SessionCache({ threads, provider, ...(profile === undefined ? {} : { profile }) })
  }

  async compile(program: Program): Promise<Executable> {
    const subject = subjectOf(program)
    const { model, ...lowered } = lowerProgram(program, this.#blocked ? await blockSize() : null)
    const { session, release } = await this.#sessions.take(model, subject)
    return new OnnxExecutable(program, lowered, session, release, subject)
  }

  createState(values: Readonly<Record<string, HostTensor>>): Promise<State> {
    return Promise.resolve(new OnnxState(values))
  }

  dispose(): Promise<void> {
    return this.#sessions.dispose()
  }
}
