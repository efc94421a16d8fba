// Which values are filters: they, and what is computed with them element by element (momentum, averages, gradients), stay in the layout in which
// TensorFlow's convolutions take them, in the state too.
import type { OpType } from '../../../core/graph/ops/index.ts'
import type { Node, Value } from '../../../core/graph/value.ts'
import { sameShape } from '../../../core/tensor/tensor.ts'
import { hasLayouts } from './layout.ts'

const positions: { readonly [Op in OpType]?: number } = { Conv: 1, ConvInputGradient: 1 }

/** @param isElementwise operators that take any layout, the same for all operands of the output's shape */
export function filtersOf(order: readonly Node[], isElementwise: (op: OpType) => boolean): Set<Value> {
  const parents = new Map<Value, Value>()
  const root = (value: Value): Value => {
    let top = value
    for (let next = parents.get(top); next; next = parents.get(top)) top = next
    return top
  }
  const filters: Value[] = []
  for (const node of order) {
    const position = positions[node.op]
    const filter = node.op === 'ConvFilterGradient' ? node.outputs[0] : position === undefined ? null : node.inputs[position]
    if (filter) filters.push(filter)
    const [y] = node.outputs
    if (!y || !hasLayouts(y) || !isElementwise(node.op)) continue
    for (const x of node.inputs) {
      if (!x || !sameShape(x.shape, y.shape)) continue
      const [a, b] = [root(x), root(y)]
      if (a !== b) parents.set(a, b)
    }
  }
  const roots = new Set(filters.map(root))
  const values = order.flatMap(({ outputs }) => outputs)
  return new Set(values.filter((value) => hasLayouts(value) && roots.has(root(value))))
}
