// What lowerings write with: the list of calls in the making, and which slots hold the graph's values.
import type { Value } from '../../../core/graph/value.ts'
import { sizeOf, tensor } from '../../../core/tensor/tensor.ts'
import type { DType, HostTensor, Shape } from '../../../core/tensor/tensor.ts'
import { int, type } from './attributes.ts'
import type { Attributes } from './attributes.ts'
import { dataTypes } from './data-types.ts'
import { conversion, hasLayouts, heldShape } from './layout.ts'
import type { Layout } from './layout.ts'
import type { Call, Slot } from './plan.ts'

export interface EmitterOptions {
  /** Values to keep in the layout of filters. */
  readonly filters: ReadonlySet<Value>
  /** True if the program has convolutions, so that what becomes a map does so with its channels last. */
  readonly hasConvolutions: boolean
  /** True on a graphics card, where some kernels' extra results mean something else. */
  readonly onGraphicsCard: boolean
}

export class Emitter {
  readonly filters: ReadonlySet<Value>
  readonly hasConvolutions: boolean
  readonly onGraphicsCard: boolean
  /** Operator of the graph that is being lowered. */
  lowered = ''
  readonly calls: Call[] = []
  readonly constants: { slot: Slot; value: HostTensor }[] = []
  #slots = 0
  readonly #held = new Map<Value, Map<Layout, Slot>>()
  /** Calls and constants made before, by all that defines them: values never change, so equal ones are made once. */
  readonly #made = new Map<string, readonly Slot[]>()
  readonly #notes = new Map<Value, readonly Slot[]>()

  constructor({ filters, hasConvolutions, onGraphicsCard }: EmitterOptions) {
    this.filters = filters
    this.hasConvolutions = hasConvolutions
    this.onGraphicsCard = onGraphicsCard
  }

  get slots(): number {
    return this.#slots
  }

  /** A new slot for what does not come from a call. */
  slot(): Slot {
    return this.#slots++
  }

  /** Adds a call; returns the slot of its first result. */
  call(op: string, inputs: readonly Slot[], attributes: Attributes = {}): Slot {
    return this.callAll(op, inputs, attributes, 1)[0] ?? -1
  }

  /** As `call`, with the slots of all `outputs`. */
  callAll(op: string, inputs: readonly Slot[], attributes: Attributes, outputs: number): readonly Slot[] {
    const list = Object.entries(attributes).map(([name, attribute]) => ({ name, ...attribute }))
    const key = JSON.stringify([op, inputs, list])
    let results = this.#made.get(key)
    if (!results) {
      this.#made.set(key, (results = Array.from({ length: outputs }, () => this.slot())))
      this.calls.push({ op, attributes: list, inputs, outputs: results, source: this.lowered })
    }
    return results
  }

  /** A result that shares its slot with nothing else. */
  own(slot: Slot): Slot {
    const copy = this.slot()
    this.calls.push({ op: 'Identity', attributes: [], inputs: [slot], outputs: [copy], source: this.lowered })
    return copy
  }

  /** A constant; small ones of equal content are stored once. */
  constant(value: HostTensor): Slot {
    const key = value.data.length > 4096 ? null : `${value.dtype} ${value.shape.join()} ${value.data.join()}`
    const before = key === null ? undefined : this.#made.get(key)?.[0]
    if (before !== undefined) return before
    const slot = this.slot()
    this.constants.push({ slot, value })
    if (key !== null) this.#made.set(key, [slot])
    return slot
  }

  /** An int32 vector, as shapes, axes and permutations are passed. */
  ints(values: readonly number[]): Slot {
    return this.constant(tensor('int32', [values.length], values))
  }

  scalar(dtype: DType, value: number): Slot {
    return this.constant(tensor(dtype, [], [value]))
  }

  reshape(slot: Slot, shape: Shape): Slot {
    return this.call('Reshape', [slot, this.ints(shape)])
  }

  transpose(slot: Slot, perm: readonly number[]): Slot {
    return perm.every((axis, i) => axis === i) ? slot : this.call('Transpose', [slot, this.ints(perm)])
  }

  /** Joins along an axis. TensorFlow does not find the type of a list by itself. */
  concat(slots: readonly Slot[], axis: number, dtype: DType): Slot {
    const [first] = slots
    if (slots.length === 1 && first !== undefined) return first
    const attributes = { N: int(slots.length), T: type(dataTypes[dtype]), Tidx: type(dataTypes.int32) }
    return this.call('ConcatV2', [...slots, this.scalar('int32', axis)], attributes)
  }

  /** Adds tensors of one shape in a single pass. */
  sum(slots: readonly Slot[], dtype: DType): Slot {
    const [first] = slots
    if (slots.length === 1 && first !== undefined) return first
    return this.call('AddN', slots, { N: int(slots.length), T: type(dataTypes[dtype]) })
  }

  /** The slot of a value in row-major order. */
  name(value: Value): Slot {
    return this.as(value, 'plain')
  }

  /** The slot of a value in a layout, converted if need be. */
  as(value: Value, layout: Layout): Slot {
    const wanted = hasLayouts(value) ? layout : 'plain'
    const held = this.#held.get(value)
    const [first] = held ?? []
    if (!held || !first) throw new Error(`output ${value.index} of ${value.node.op} was not lowered before its use`)
    let slot = held.get(wanted)
    if (slot === undefined) held.set(wanted, (slot = this.#convert(value, first[1], first[0], wanted)))
    return slot
  }

  #convert({ shape }: Value, slot: Slot, from: Layout, to: Layout): Slot {
    const { perm, isReshape } = conversion(shape, from, to)
    return isReshape ? this.reshape(slot, heldShape(shape, to)) : this.transpose(slot, perm)
  }

  /** True if the value is there in this layout without moving elements. */
  holds(value: Value, layout: Layout): boolean {
    return this.#held.get(value)?.has(layout) ?? false
  }

  /** The layout in which a value was made. */
  layoutOf(value: Value): Layout {
    const [first] = this.#held.get(value)?.keys() ?? []
    return first ?? 'plain'
  }

  /** Says which slot holds a graph value. */
  set(value: Value, slot: Slot, layout: Layout = 'plain'): void {
    const own = hasLayouts(value) ? layout : 'plain'
    const held = this.#held.get(value)
    if (held) held.set(own, slot)
    else this.#held.set(value, new Map([[own, slot]]))
  }

  /** Keeps further results of the calls that made a value, for those that want them. */
  note(value: Value, slots: readonly Slot[]): void {
    this.#notes.set(value, slots)
  }

  noted(value: Value): readonly Slot[] | undefined {
    return this.#notes.get(value)
  }

  /** `value` in every place. */
  filled(dtype: DType, shape: Shape, value: number): Slot {
    if (sizeOf(shape) <= 256) return this.constant(tensor(dtype, shape, new Array<number>(sizeOf(shape)).fill(value)))
    return this.call('Fill', [this.ints(shape), this.scalar(dtype, value)])
  }
}
