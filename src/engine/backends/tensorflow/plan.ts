// A program as TensorFlow executes it: a flat list of prepared calls on numbered slots.
import type { HostTensor, TensorType } from '../../../core/tensor/tensor.ts'
import type { Attribute } from './attributes.ts'
import type { Layout } from './layout.ts'

/** Holds one tensor while a program runs. */
export type Slot = number

export interface Call {
  readonly op: string
  readonly attributes: readonly (Attribute & { readonly name: string })[]
  readonly inputs: readonly Slot[]
  readonly outputs: readonly Slot[]
  /** Operator of the graph that it is part of, for messages and profiles. */
  readonly source: string
}

export interface PlannedCall extends Call {
  /** Slots that nothing needs after this call. */
  readonly frees: readonly Slot[]
}

/** A slot of the state: the variable's value in this layout. */
export interface Held {
  readonly slot: Slot
  readonly layout: Layout
  readonly type: TensorType
}

export interface Plan {
  readonly slots: number
  /** Made once. */
  readonly constants: readonly { readonly slot: Slot; readonly value: HostTensor }[]
  /** Filled from the feeds at each run; leaves that nothing depends on are left out. */
  readonly feeds: ReadonlyMap<string, Slot>
  readonly reads: ReadonlyMap<string, Held>
  readonly calls: readonly PlannedCall[]
  readonly outputs: ReadonlyMap<string, Held>
  /** Each from a slot of its own that the state takes over. */
  readonly updates: ReadonlyMap<string, Held>
}

/** Leaves out the calls whose results nobody uses, and says after which call each slot is needed no more.
 * @param kept slots that are read after the last call
 * @param given slots that outlast the run: constants and variables */
export function planned(calls: readonly Call[], kept: Iterable<Slot>, given: ReadonlySet<Slot>): PlannedCall[] {
  const needed = new Set(kept)
  const backwards: PlannedCall[] = []
  for (const call of calls.toReversed()) {
    if (!call.outputs.some((slot) => needed.has(slot))) continue
    const frees = [...new Set([...call.inputs, ...call.outputs])].filter((slot) => !needed.has(slot) && !given.has(slot))
    for (const slot of call.inputs) needed.add(slot)
    backwards.push({ ...call, frees })
  }
  return backwards.reverse()
}
