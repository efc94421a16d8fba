// A compiled program: checks what it is given, makes the calls, frees what is needed no more, hands the updates to the state.
import type { Executable, Program, State } from '../../../core/graph/program.ts'
import type { HostTensor } from '../../../core/tensor/tensor.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Binding, TensorId } from './binding.ts'
import { callError, requireType } from './errors.ts'
import type { Plan, PlannedCall, Slot } from './plan.ts'
import type { Profile } from './profile.ts'
import { TensorFlowState } from './state.ts'
import { fromTensorFlow, toTensorFlow } from './tensors.ts'

export interface ExecutableOptions {
  /** What the program is, for messages. */
  readonly subject: string
  readonly profile?: Profile | undefined
}

export class TensorFlowExecutable implements Executable {
  readonly #binding: Binding
  readonly #program: Program
  readonly #plan: Plan
  readonly #constants = new Map<Slot, TensorId>()
  readonly #options: ExecutableOptions
  #isDisposed = false

  constructor(binding: Binding, program: Program, plan: Plan, options: ExecutableOptions) {
    this.#binding = binding
    this.#program = program
    this.#plan = plan
    this.#options = options
    try {
      for (const { slot, value } of plan.constants) this.#constants.set(slot, toTensorFlow(binding, value))
    } catch (error) {
      this.dispose()
      throw error
    }
  }

  run(state: State, feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>> {
    return Promise.resolve().then(() => this.#run(state, feeds))
  }

  dispose(): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    for (const id of this.#constants.values()) this.#binding.deleteTensor(id)
  }

  #run(state: State, feeds: Readonly<Record<string, HostTensor>>): Record<string, HostTensor> {
    const { subject } = this.#options
    if (this.#isDisposed) throw new AppError('internal', `${subject}: it has been disposed of`)
    if (!(state instanceof TensorFlowState)) throw new AppError('internal', `${subject}: expected a state of the TensorFlow engine`)
    this.#check(state, feeds)
    const { plan, binding } = { plan: this.#plan, binding: this.#binding }
    const ids = new Array<TensorId>(plan.slots).fill(-1)
    for (const [slot, id] of this.#constants) ids[slot] = id
    for (const [name, { slot, layout }] of plan.reads) ids[slot] = state.tensor(name, layout)
    // What this run has made and not yet freed or handed over.
    const made = new Set<Slot>()
    try {
      for (const [name, slot] of plan.feeds) {
        ids[slot] = toTensorFlow(binding, feeds[name] as HostTensor)
        made.add(slot)
      }
      for (const [i, call] of plan.calls.entries()) {
        this.#execute(call, i, ids, made)
        for (const slot of call.frees) {
          binding.deleteTensor(ids[slot] ?? -1)
          made.delete(slot)
        }
      }
      const outputs = Array.from(plan.outputs, ([name, { slot, type }]) => [name, fromTensorFlow(binding, ids[slot] ?? -1, type)] as const)
      for (const [name, { slot, layout, type }] of plan.updates) {
        state.replace(name, ids[slot] ?? -1, layout, type)
        made.delete(slot)
      }
      return Object.fromEntries(outputs)
    } finally {
      for (const slot of made) binding.deleteTensor(ids[slot] ?? -1)
    }
  }

  #execute({ op, attributes, inputs, outputs, source }: PlannedCall, position: number, ids: TensorId[], made: Set<Slot>): void {
    const given = inputs.map((slot) => ids[slot] ?? -1)
    const start = this.#options.profile ? performance.now() : 0
    let results
    try {
      results = this.#binding.executeOp(op, attributes, given, outputs.length)
    } catch (error) {
      throw callError(`TensorFlow cannot run ${this.#options.subject}, ${source} by ${op}`, error)
    }
    this.#options.profile?.add(source, op, position, performance.now() - start)
    for (const [i, slot] of outputs.entries()) {
      ids[slot] = results[i]?.id ?? -1
      made.add(slot)
    }
  }

  #check(state: TensorFlowState, feeds: Readonly<Record<string, HostTensor>>): void {
    const { subject } = this.#options
    for (const [name, expected] of Object.entries(this.#program.feeds)) requireType(`${subject}, feed ${name}`, expected, feeds[name])
    for (const [name, { type }] of [...this.#plan.reads, ...this.#plan.updates])
      requireType(`${subject}, state variable ${name}`, type, state.typeOf(name))
  }
}
