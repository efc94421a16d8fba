// A compiled program: checks what it is given, runs the session, hands the updates to the state.
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe } from '../../../core/graph/ops/spec.ts'
import type { Executable, Program, State } from '../../../core/graph/program.ts'
import { sameShape } from '../../../core/tensor/tensor.ts'
import type { HostTensor, TensorType } from '../../../core/tensor/tensor.ts'
import { AppError } from '../../../shared/errors.ts'
import type { LoweredProgram } from './lower-program.ts'
import { sessionError } from './session-error.ts'
import { OnnxState } from './state.ts'
import { fromOrt, toOrt, typeOf } from './tensors.ts'

export class OnnxExecutable implements Executable {
  readonly #program: Program
  readonly #lowered: Omit<LoweredProgram, 'model'>
  readonly #session: InferenceSession
  readonly #hooks: { readonly release: () => void; readonly ran: () => Promise<void> }
  readonly #subject: string

  /** @param hooks `ran` is called after each run */
  constructor(
    program: Program,
    lowered: Omit<LoweredProgram, 'model'>,
    session: InferenceSession,
    hooks: { readonly release: () => void; readonly ran: () => Promise<void> },
    subject: string,
  ) {
    this.#program = program
    this.#lowered = lowered
    this.#session = session
    this.#hooks = hooks
    this.#subject = subject
  }

  async run(state: State, feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
    if (!(state instanceof OnnxState)) throw new AppError('internal', `${this.#subject}: expected a state of the ONNX Runtime engine`)
    const { reads, outputs, updates } = this.#lowered
    const inputs: Record<string, Tensor> = {}
    for (const [name, expected] of Object.entries(this.#program.feeds)) {
      const held = this.#lowered.feeds.get(name)
      const tensor = this.#check('feed', name, expected, feeds[name])
      if (held !== undefined) inputs[held] = toOrt(tensor)
    }
    for (const [name, held] of reads) inputs[held] = this.#state(state, name, this.#program.reads[name])
    // Pre-allocated results would be written in place and copied all the same.
    const fetches: Record<string, null> = {}
    for (const held of outputs.values()) fetches[held] = null
    for (const [name, held] of updates) {
      this.#state(state, name, this.#program.updates[name])
      fetches[held] = null
    }
    let results: InferenceSession.ReturnType
    try {
      results = await this.#session.run(inputs, fetches)
    } catch (error) {
      throw sessionError(`ONNX Runtime cannot run ${this.#subject}`, error)
    }
    for (const [name, held] of updates) state.replace(name, results[held] as Tensor)
    await this.#hooks.ran()
    return Object.fromEntries(Array.from(outputs, ([name, held]) => [name, fromOrt(results[held] as Tensor)]))
  }

  dispose(): void {
    this.#hooks.release()
  }

  #state(state: OnnxState, name: string, expected: TensorType | undefined): Tensor {
    const tensor = state.tensor(name)
    if (expected) this.#check('state variable', name, expected, typeOf(tensor))
    return tensor
  }

  #check<Found extends TensorType>(kind: string, name: string, expected: TensorType, found: Found | undefined): Found {
    if (found && found.dtype === expected.dtype && sameShape(found.shape, expected.shape)) return found
    throw new AppError('internal', `${this.#subject}, ${kind} ${name}: expected ${describe(expected)}, found ${describe(found)}`)
  }
}
