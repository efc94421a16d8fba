// Horizontal fusion: what a step does alike to many variables (momentum, weight decay, moving averages) is done once, to their concatenation. For devices
// where starting a kernel takes longer than a small vector does.
import { sizeOf } from '../tensor/tensor.ts'
import { applyAll } from './apply.ts'
import * as g from './build.ts'
import { alike, findColumns, leavesOf } from './horizontal/columns.ts'
import type { AlikeColumn, Column } from './horizontal/columns.ts'
import { concatenated, cut } from './horizontal/join.ts'
import { resultsOf } from './program.ts'
import type { Program } from './program.ts'
import { onInputs, withResults } from './rewrite.ts'
import { topological } from './value.ts'
import type { Value } from './value.ts'

/** The same program: equal elementwise updates of small variables are one update of them all. */
export function fuseHorizontally(program: Program): Program {
  const fusion = new Fusion(program)
  return fusion.isEmpty ? program : fusion.fused()
}

class Fusion {
  readonly #program: Program
  /** Values that are parts of a column, which stand for them. */
  readonly #places = new Map<Value, { column: AlikeColumn; position: number }>()
  /** What the columns are made of, for those that are. */
  readonly #leaves = new Map<Column, readonly Value[]>()
  readonly #rewritten = new Map<Value, Value>()
  readonly #flat = new Map<Column, Value>()
  readonly #parts = new Map<Column, (Value | undefined)[]>()

  constructor(program: Program) {
    this.#program = program
    for (const column of findColumns(Object.values(program.updates))) if (this.#isIndependent(column)) this.#place(column)
  }

  get isEmpty(): boolean {
    return this.#places.size === 0
  }

  fused(): Program {
    // A column is computed before the first that needs a part of it.
    const order = topological(this.#needed(resultsOf(this.#program)), ({ inputs }) => this.#needed(inputs))
    for (const node of order) {
      const outputs = onInputs(node, node.inputs.map((input) => input && this.#current(input))) // prettier-ignore
      node.outputs.forEach((value, i) => this.#rewritten.set(value, outputs[i]!))
    }
    return withResults(this.#program, (value) => this.#current(value))
  }

  /** Whether nothing that goes into a column needs a part of it, or of another that needs this one. */
  #isIndependent(column: AlikeColumn): boolean {
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

  #part(column: AlikeColumn, position: number): Value {
    let parts = this.#parts.get(column)
    if (!parts) this.#parts.set(column, (parts = []))
    const known = parts[position]
    if (known) return known
    const run = cut(this.#whole(column), column.values.map(({ shape }) => sizeOf(shape)), position) // prettier-ignore
    run.parts.forEach((part, i) => (parts[run.from + i] = g.reshape(part, column.values[run.from + i]!.shape)))
    return parts[position]!
  }
}
