// Horizontal fusion: what a step does alike to many variables (momentum, weight decay, moving averages) is done once, to their concatenation. For devices
// where starting a kernel takes longer than a small vector does.
import { sameShape, sizeOf } from '../tensor/tensor.ts'
import { applyAll } from './apply.ts'
import * as g from './build.ts'
import type { OpType } from './ops/index.ts'
import type { Program } from './program.ts'
import { attributesKey } from './simplify/key.ts'
import { topological } from './value.ts'
import type { Node, Value } from './value.ts'

const elementwise: ReadonlySet<OpType> = new Set(['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Identity', 'StopGradient'] as const)

/** Elements of a variable that gains: a kernel over more takes longer than its start. */
const largest = 2 ** 18

/** Variables that pay for the concatenation. */
const fewest = 4

/** Tensors that one Concat or Split joins: WebGPU binds eight buffers to a kernel where a device offers no more, and one is the whole. */
const joined = 7

/** The same program: equal elementwise updates of small variables are one update of them all. */
export function fuseHorizontally(program: Program): Program {
  const fusion = new Fusion(program)
  return fusion.isEmpty ? program : fusion.fused()
}

/** The same place in the update of each of several variables. */
type Column =
  /** One scalar for all. */
  | { readonly kind: 'scalar'; readonly value: Value }
  /** Computed alike. */
  | { readonly kind: 'alike'; readonly values: readonly Value[]; readonly node: Node; readonly inputs: readonly Column[] }
  /** To be concatenated. */
  | { readonly kind: 'leaves'; readonly values: readonly Value[] }

class Fusion {
  readonly #program: Program
  readonly #ids = new Map<object, number>()
  readonly #forms = new Map<Value, string | null>()
  readonly #columns = new Map<string, Column>()
  /** Values that are parts of a column, which stand for them. */
  readonly #places = new Map<Value, { column: Column & { kind: 'alike' }; position: number }>()
  /** What the columns are made of, for those that are. */
  readonly #leaves = new Map<Column, readonly Value[]>()
  readonly #rewritten = new Map<Value, Value>()
  readonly #flat = new Map<Column, Value>()
  readonly #parts = new Map<Column, (Value | undefined)[]>()

  constructor(program: Program) {
    this.#program = program
    for (const values of this.#groups()) {
      const column = this.#column(values)
      if (column.kind === 'alike' && this.#isIndependent(column)) this.#place(column)
    }
  }

  get isEmpty(): boolean {
    return this.#places.size === 0
  }

  fused(): Program {
    const { outputs, updates } = this.#program
    const results = [...Object.values(outputs), ...Object.values(updates)]
    // A column is computed before the first that needs a part of it.
    const order = topological(this.#needed(results), ({ inputs }) => this.#needed(inputs))
    for (const { op, inputs, attributes, outputs: values } of order) {
      const current = inputs.map((input) => input && this.#current(input))
      const outputs = current.every((input, i) => input === inputs[i]) ? values : applyAll(op, current, attributes)
      values.forEach((value, i) => this.#rewritten.set(value, outputs[i]!))
    }
    const named = (values: Readonly<Record<string, Value>>): Record<string, Value> =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, this.#current(value)]))
    return { ...this.#program, outputs: named(outputs), updates: named(updates) }
  }

  /** New values of variables that are computed alike. */
  #groups(): (readonly Value[])[] {
    const groups = new Map<string, Value[]>()
    for (const value of Object.values(this.#program.updates)) {
      const size = sizeOf(value.shape)
      if (value.dtype !== 'float32' || size < 2 || size > largest) continue
      const form = this.#form(value)
      if (form === null || form === leaf) continue
      groups.set(form, [...(groups.get(form) ?? []), value])
    }
    return [...groups.values()].filter((values) => values.length >= fewest)
  }

  /** How a value is computed from others of its shape, and from scalars; null for a scalar that broadcasts to another rank. */
  #form(value: Value): string | null {
    let form = this.#forms.get(value)
    if (form === undefined) this.#forms.set(value, (form = this.#findForm(value)))
    return form
  }

  #findForm({ node, index, shape, dtype }: Value): string | null {
    if (sizeOf(shape) === 1) return shape.length > 1 ? null : this.#scalar(node, index)
    if (!elementwise.has(node.op)) return leaf
    const forms = node.inputs.map((input) => {
      const fits = input && input.dtype === dtype && (sizeOf(input.shape) === 1 || sameShape(input.shape, shape))
      return fits ? this.#form(input) : null
    })
    return forms.includes(null) ? leaf : `${node.op}(${forms.join()})`
  }

  #scalar(node: Node, index: number): string {
    return node.op === 'Constant' ? attributesKey(node.attributes, (data) => this.#id(data)) : `#${this.#id(node)}.${index}`
  }

  /** @param values of equal form */
  #column(values: readonly Value[]): Column {
    const key = values.map((value) => this.#id(value)).join()
    let column = this.#columns.get(key)
    if (!column) this.#columns.set(key, (column = this.#makeColumn(values)))
    return column
  }

  #makeColumn(values: readonly Value[]): Column {
    const [first] = values
    if (!first) throw new Error('a column of no values')
    if (sizeOf(first.shape) === 1) return { kind: 'scalar', value: first }
    const form = this.#form(first)
    if (form === leaf || form === null) return { kind: 'leaves', values }
    const inputs = first.node.inputs.map((_, i) => this.#column(values.map(({ node }) => node.inputs[i]!)))
    return { kind: 'alike', values, node: first.node, inputs }
  }

  /** Whether nothing that goes into a column needs a part of it, or of another that needs this one. */
  #isIndependent(column: Column & { kind: 'alike' }): boolean {
    const parts = new Set(alike(column).flatMap(({ values }) => values))
    const reached = topological(this.#needed(leavesOf(column)), ({ inputs }) => this.#needed(inputs))
    return !reached.some(({ outputs }) => outputs.some((value) => parts.has(value)))
  }

  #place(column: Column): void {
    for (const part of alike(column)) {
      this.#leaves.set(part, leavesOf(part))
      part.values.forEach((value, position) => {
        if (!this.#places.has(value)) this.#places.set(value, { column: part, position })
      })
    }
  }

  /** What has to be computed for these values, other than by their own nodes where they are parts. */
  #needed(values: readonly (Value | null)[]): Value[] {
    return values.flatMap((value) => {
      const place = value && this.#places.get(value)
      return place ? (this.#leaves.get(place.column) ?? []) : value ? [value] : []
    })
  }

  #current(value: Value): Value {
    const place = this.#places.get(value)
    return place ? this.#part(place.column, place.position) : (this.#rewritten.get(value) ?? value)
  }

  /** A column in one vector. */
  #whole(column: Column): Value {
    let whole = this.#flat.get(column)
    if (!whole) this.#flat.set(column, (whole = this.#makeWhole(column)))
    return whole
  }

  #makeWhole(column: Column): Value {
    if (column.kind === 'scalar') return this.#current(column.value)
    if (column.kind === 'leaves') return concatenated(column.values.map((value) => g.reshape(this.#current(value), [sizeOf(value.shape)])))
    const [whole] = applyAll(column.node.op, column.inputs.map((input) => this.#whole(input)), column.node.attributes) // prettier-ignore
    return whole!
  }

  #part(column: Column & { kind: 'alike' }, position: number): Value {
    let parts = this.#parts.get(column)
    if (!parts) this.#parts.set(column, (parts = []))
    if (!parts[position]) {
      const from = position - (position % joined)
      const run = column.values.slice(from, from + joined)
      cut(this.#whole(column), column.values, from).forEach((part, i) => (parts[from + i] = g.reshape(part, run[i]!.shape)))
    }
    return parts[position]!
  }

  #id(object: object): number {
    const id = this.#ids.get(object) ?? this.#ids.size
    this.#ids.set(object, id)
    return id
  }
}

const leaf = '_'

/** A column and those it is computed from. */
function alike(column: Column): (Column & { kind: 'alike' })[] {
  return column.kind === 'alike' ? [column, ...column.inputs.flatMap(alike)] : []
}

function leavesOf(column: Column): Value[] {
  if (column.kind === 'alike') return [...new Set(column.inputs.flatMap(leavesOf))]
  return column.kind === 'scalar' ? [column.value] : [...column.values]
}

function concatenated(vectors: readonly Value[]): Value {
  if (vectors.length <= joined) return g.concat(vectors, 0)
  const runs = Array.from({ length: Math.ceil(vectors.length / joined) }, (_, i) => vectors.slice(i * joined, (i + 1) * joined))
  return concatenated(runs.map((run) => g.concat(run, 0)))
}

/** The parts of a vector from a position on that one Split makes. */
function cut(whole: Value, values: readonly Value[], from: number): readonly Value[] {
  const sizes = values.map(({ shape }) => sizeOf(shape))
  const total = (numbers: readonly number[]): number => numbers.reduce((sum, size) => sum + size, 0)
  const run = sizes.slice(from, from + joined)
  const begin = total(sizes.slice(0, from))
  const piece = g.slice(whole, [begin], [begin + total(run)])
  return run.length === 1 ? [piece] : g.split(piece, run, 0)
}
