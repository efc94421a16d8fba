// The TensorFlow engine: on a graphics card where TensorFlow finds one it can use, else on the processor.
import type { Engine, Executable, Program, State } from '../../../core/graph/program.ts'
import type { HostTensor } from '../../../core/tensor/tensor.ts'
import { subjectOf } from '../subject.ts'
import { loadBinding } from './binding.ts'
import type { Binding } from './binding.ts'
import { TensorFlowExecutable } from './executable.ts'
import { lowerProgram } from './lower-program.ts'
import type { Profile } from './profile.ts'
import { TensorFlowState } from './state.ts'

export interface TensorFlowOptions {
  /** Threads within an operator, the same for all engines of a process; 1 if left out. */
  readonly threads?: number
  readonly profile?: Profile
}

export class TensorFlowEngine implements Engine {
  readonly name: string
  readonly kind: string
  readonly #binding: Binding
  readonly #profile: Profile | undefined

  /** @throws AppError 'unsupported' if TensorFlow is not set up or cannot be loaded */
  constructor({ threads = 1, profile }: TensorFlowOptions = {}) {
    this.#binding = loadBinding(threads)
    this.#profile = profile
    const place = this.#binding.isUsingGpuDevice() ? 'graphics card' : 'cpu'
    this.kind = `tensorflow ${this.#binding.TF_Version} ${place}`
    this.name = `${this.kind}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
  }

  /** Tensors that TensorFlow holds for this process. */
  get tensors(): number {
    return this.#binding.getNumOfTensors()
  }

  compile(program: Program): Promise<Executable> {
    return Promise.resolve().then(() => {
      const plan = lowerProgram(program, this.#binding.isUsingGpuDevice())
      return new TensorFlowExecutable(this.#binding, program, plan, { subject: subjectOf(program), profile: this.#profile })
    })
  }

  createState(values: Readonly<Record<string, HostTensor>>): Promise<State> {
    return Promise.resolve().then(() => new TensorFlowState(this.#binding, values))
  }

  /** TensorFlow stays loaded as long as the process lives. */
  dispose(): Promise<void> {
    return Promise.resolve()
  }
}
