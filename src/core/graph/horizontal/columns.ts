// Columns of a horizontal fusion: the same place in the updates of several variables that are computed alike.
import { sameShape, sizeOf } from '../../tensor/tensor.ts'
import type { OpType } from '../ops/index.ts'
import { attributesKey } from '../simplify/key.ts'
import type { Node, Value } from '../value.ts'

const elementwise: ReadonlySet<OpType> = new Set(['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Identity', 'StopGradient'] as const)

/** Elements of a variable that gains: a kernel over more takes longer than its start. */
const largest = 2 ** 18

/** Variables that pay for the concatenation. */
const fewest = 4

/** The same place in the update of each of several variables. */
export type Column = ScalarColumn | AlikeColumn | LeafColumn

/** One scalar for all. */
export interface ScalarColumn {
  readonly kind: 'scalar'
  readonly value: Value
}

/** Computed alike. */
export interface AlikeColumn {
  readonly kind: 'alike'
  readonly values: readonly Value[]
  /** How the first of them is computed. */
  readonly node: Node
  readonly inputs: readonly Column[]
}

/** To be concatenated. */
export interface LeafColumn {
  readonly kind: 'leaves'
  readonly values: readonly Value[]
}

/** Form of a value that is not computed elementwise: where a column begins. */
const leaf = '_'

/** The columns of new values that are computed alike from others, one for each group that pays.
 * @param updates new values of variables */
export function findColumns(updates: readonly Value[]): AlikeColumn[] {
  const finder = new Finder()
  return finder.groups(updates).flatMap((values) => {
    const column = finder.column(values)
    return column.kind === 'alike' ? [column] : []
  })
}

/** A column and those it is computed from. */
export function alike(column: Column): AlikeColumn[] {
  return column.kind === 'alike' ? [column, ...column.inputs.flatMap(alike)] : []
}

/** The values that a column is made of. */
export function leavesOf(column: Column): Value[] {
  if (column.kind === 'alike') return [...new Set(column.inputs.flatMap(leavesOf))]
  return column.kind === 'scalar' ? [column.value] : [...column.values]
}

class Finder {
  readonly #ids = new Map<object, number>()
  readonly #forms = new Map<Value, string | null>()
  readonly #columns = new Map<string, Column>()

  /** New values of variables that are computed alike. */
  groups(updates: readonly Value[]): (readonly Value[])[] {
    const groups = new Map<string, Value[]>()
    for (const value of updates) {
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
  column(values: readonly Value[]): Column {
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
    const inputs = first.node.inputs.map((_, i) => this.column(values.map(({ node }) => node.inputs[i]!)))
    return { kind: 'alike', values, node: first.node, inputs }
  }

  #id(object: object): number {
    const id = this.#ids.get(object) ?? this.#ids.size
    this.#ids.set(object, id)
    return id
  }
}
