// What lowerings write with: an ONNX model in the making, and the names under which it holds the graph's values.
import type { OnnxAttribute, OnnxBuilder } from '../../../core/graph/onnx/builder.ts'
import type { Value } from '../../../core/graph/value.ts'
import { sizeOf, tensor } from '../../../core/tensor/tensor.ts'
import type { DType, HostTensor, Shape } from '../../../core/tensor/tensor.ts'
import { convert, layouts } from './layout.ts'
import type { Layout } from './layout.ts'

export type OnnxAttributes = Readonly<Record<string, OnnxAttribute | undefined>>

/** Operators of ONNX Runtime's own. */
export const microsoft = { domain: 'com.microsoft' } as const

/** What the user of a value can have done in the same pass over memory. */
export interface Fusion {
  /** Added to the value. */
  readonly sum?: string
  /** Applied last. */
  readonly activation?: { readonly name: 'Relu' | 'Clip'; readonly parameters: readonly number[] }
}

/** A value that is not computed before it is asked for, because its user may want something done in the same pass. */
export interface Deferred {
  readonly layout: Layout
  /** True if something can be added to it. */
  readonly takesSum: boolean
  /** Emits it and returns its name. */
  emit(fusion: Fusion): string
}

export interface EmitterOptions {
  /** Channels in a block of ONNX Runtime's blocked convolutions, null where there are none. */
  readonly block: number | null
  /** How often a value is used: as an input of nodes, as an output or update of the program. */
  readonly uses: ReadonlyMap<Value, number>
  /** The layout to take wherever there is a choice. */
  readonly preferred: Layout
  /** Keeps shapes from ONNX Runtime. Its memory plan gives values of equal shape one buffer, which then is not free between them either, from the first
   * of them to the last: a training step takes half as much again. Where it does not know shapes it frees each when it is done with. */
  readonly hidesShapes: boolean
  /** Pads of convolutions that differ between begin and end become a Pad before them: ONNX Runtime's WebGPU Conv (1.30) may leave the end out. */
  readonly padsApart: boolean
}

export class Emitter {
  readonly block: number | null
  readonly preferred: Layout
  /** Operator of the graph that is being lowered. */
  lowered = ''
  /** Names of nodes that the device has a kernel for, but none that is right. */
  readonly kept: string[] = []
  #counter = 0
  #keeps = false
  readonly #builder: OnnxBuilder
  readonly #uses: ReadonlyMap<Value, number>
  readonly #hidesShapes: boolean
  readonly #padsApart: boolean
  readonly #targets = new Map<string, string>()
  readonly #held = new Map<Value, Map<Layout, string>>()
  readonly #deferred = new Map<Value, Deferred>()
  readonly #derived = new Map<Value, Map<string, string>>()
  readonly #constants = new Map<string, string>()
  readonly #uniform = new Map<string, string>()
  /** What reshaped values are views of, and their shapes. */
  readonly #views = new Map<string, { base: string; shape: string }>()
  readonly #reshaped = new Map<string, string>()

  constructor(builder: OnnxBuilder, { block, uses, preferred, hidesShapes, padsApart }: EmitterOptions) {
    this.#builder = builder
    this.block = block
    this.#uses = uses
    this.#hidesShapes = hidesShapes
    this.#padsApart = padsApart
    this.preferred = preferred
  }

  /** The ONNX name of a value in row-major order. */
  name(value: Value): string {
    return this.as(value, 'plain')
  }

  /** The ONNX name of a value in a layout, converted if need be. */
  as(value: Value, layout: Layout): string {
    let held = this.#held.get(value)
    const deferred = this.#deferred.get(value)
    if (!held && deferred) {
      this.set(value, deferred.emit({}), deferred.layout)
      held = this.#held.get(value)
    }
    const [first] = held ?? []
    if (!held || !first) throw new Error(`output ${value.index} of ${value.node.op} was not lowered before its use`)
    let name = held.get(layout)
    if (name === undefined) held.set(layout, (name = convert(this, value, first[1], first[0], layout)))
    return name
  }

  /** True if the value is there in this layout without a conversion. */
  holds(value: Value, layout: Layout): boolean {
    return this.#held.get(value)?.has(layout) ?? this.#deferred.get(value)?.layout === layout
  }

  /** A layout in which the value is there without a conversion. */
  layoutOf(value: Value): Layout {
    return layouts.find((layout) => this.holds(value, layout)) ?? 'plain'
  }

  /** Says which ONNX value holds a graph value. */
  set(value: Value, name: string, layout: Layout = 'plain'): void {
    const held = this.#held.get(value)
    if (held) held.set(layout, name)
    else this.#held.set(value, new Map([[layout, name]]))
  }

  /** What was made of a value before under this key, or is made now. */
  derived(value: Value, key: string, make: () => string): string {
    let all = this.#derived.get(value)
    if (!all) this.#derived.set(value, (all = new Map<string, string>()))
    let name = all.get(key)
    if (name === undefined) all.set(key, (name = make()))
    return name
  }

  /** Puts a value off until it is used. */
  defer(value: Value, deferred: Deferred): void {
    this.#deferred.set(value, deferred)
  }

  /** A value that was put off and has only one user, which may therefore add to its pass. */
  fusable(value: Value): Deferred | null {
    const deferred = this.#deferred.get(value)
    return deferred && !this.#held.has(value) && this.#uses.get(value) === 1 ? deferred : null
  }

  /** Adds a node; returns the name of its first output. */
  node(op: string, inputs: readonly (string | null)[], attributes: OnnxAttributes = {}, options: { domain?: string } = {}): string {
    const pads = this.#padsApart && op === 'Conv' ? unequal(attributes.pads) : null
    if (pads) {
      const [x = null, ...rest] = inputs
      const half = pads.length / 2
      // Replaceable, or ONNX Runtime would put them into the convolution again.
      const around = this.#builder.replaceable(
        tensor('int64', [pads.length + 4], [0, 0, ...pads.slice(0, half), 0, 0, ...pads.slice(half)]),
      )
      const padded = this.node('Pad', [x, around])
      return this.node(op, [padded, ...rest], { ...attributes, pads: pads.map(() => 0) }, options)
    }
    const name = this.#builder.node(op, inputs, attributes, { ...options, outputs: this.#fresh(op, 1) })
    if (this.#keeps) this.kept.push(name)
    return name
  }

  /** What `work` adds is to be computed on the processor, whatever the device is. */
  onProcessor(work: () => void): void {
    this.#keeps = true
    work()
    this.#keeps = false
  }

  /** As `node`, with the names of all `outputs`. */
  nodeAll(op: string, inputs: readonly (string | null)[], attributes: OnnxAttributes, outputs: number): readonly string[] {
    const names = this.#builder.nodeAll(op, inputs, attributes, { outputs: this.#fresh(op, outputs) })
    if (this.#keeps) this.kept.push(names[0] ?? '')
    return names
  }

  /** Names say which operator of the graph a node comes from; ONNX Runtime's errors and profiles show them. */
  #fresh(op: string, outputs: number): string[] {
    return Array.from({ length: outputs }, () => `${this.lowered}/${op}_${this.#counter++}`)
  }

  /** Stores a constant; small ones of equal content once. */
  constant(value: HostTensor): string {
    if (value.data.length > 4096) return this.#builder.initialiser(value)
    const key = `${value.dtype} ${value.shape.join()} ${value.data.join()}`
    let name = this.#constants.get(key)
    if (name === undefined) this.#constants.set(key, (name = this.#builder.initialiser(value)))
    return name
  }

  /** An int64 vector. */
  ints(values: readonly number[]): string {
    return this.constant(tensor('int64', [values.length], values))
  }

  scalar(dtype: DType, value: number): string {
    return this.constant(tensor(dtype, [], [value]))
  }

  /** The same elements under another shape; a view of a view is one of the original, and made once. */
  reshape(name: string, shape: Shape): string {
    const { base } = this.#views.get(name) ?? { base: name }
    if (this.#views.get(name)?.shape === shape.join()) return name
    const key = `${base} ${shape.join()}`
    let view = this.#reshaped.get(key)
    if (view === undefined) {
      // An extent of 0 means 0, not "as the input has it".
      view = this.node('Reshape', [base, this.#target(shape)], shape.includes(0) ? { allowzero: 1 } : {})
      this.#reshaped.set(key, view)
      this.#views.set(view, { base, shape: shape.join() })
    }
    return view
  }

  #target(shape: Shape): string {
    if (!this.#hidesShapes) return this.ints(shape)
    const key = shape.join()
    let name = this.#targets.get(key)
    if (name === undefined) this.#targets.set(key, (name = this.#builder.replaceable(tensor('int64', [shape.length], shape))))
    return name
  }

  /** As many elements as there are counts for, from the begin of each of these axes. */
  first(name: string, counts: readonly number[], axes: readonly number[]): string {
    return this.node('Slice', [name, this.ints(counts.map(() => 0)), this.ints(counts), this.ints(axes)])
  }

  transpose(name: string, perm: readonly number[]): string {
    return perm.every((axis, i) => axis === i) ? name : this.node('Transpose', [name], { perm })
  }

  /** A constant of equal elements; equal ones are the same. */
  uniform(shape: Shape, value: number): string {
    const key = `${shape.join()} ${value}`
    let name = this.#uniform.get(key)
    if (name === undefined) {
      name = this.#builder.initialiser(tensor('float32', shape, new Float32Array(sizeOf(shape)).fill(value)))
      this.#uniform.set(key, name)
    }
    return name
  }

  /** A tensor of equal elements, made at run time so that the model stays small. */
  filled(dtype: DType, shape: Shape, value: number): string {
    return this.node('ConstantOfShape', [this.ints(shape)], { value: tensor(dtype, [1], [value]) })
  }
}

/** Pads of which some axis has other ones at its end than at its begin. */
function unequal(pads: OnnxAttribute | undefined): readonly number[] | null {
  if (!Array.isArray(pads)) return null
  const numbers = pads as readonly number[]
  const rank = numbers.length / 2
  return numbers.some((pad, i) => i < rank && pad !== numbers[i + rank]) ? numbers : null
}
