// Which axis of each value holds the channels: some networks turn their activations to channels last on the way.
import type { OnnxNode } from '../graph/onnx/model.ts'
import type { Shape } from '../tensor/tensor.ts'

interface Channels {
  /** Position of the value in the order of computation. */
  readonly order: number
  readonly axis: number
  readonly count: number
}

/** Channel axis (the batch is axis 0) of every value that the nodes make from the image [N, 3, H, W].
 * @param shapeOf full shape of a value that depends on the image. */
export function channelAxes(
  nodes: readonly OnnxNode[],
  image: string,
  shapeOf: (name: string) => Shape | undefined,
): ReadonlyMap<string, number> {
  const known = new Map<string, Channels>([[image, { order: -1, axis: 1, count: 3 }]])
  for (const [order, node] of nodes.entries()) {
    // Of several operands the earliest: the residual branch is laid out as the network is.
    const data =
      node.inputs.filter((name) => known.has(name)).sort((a, b) => (known.get(a)?.order ?? 0) - (known.get(b)?.order ?? 0))[0] ?? ''
    const [channels, from] = [known.get(data), shapeOf(data)]
    if (!channels || !from) continue
    for (const name of node.outputs) {
      const to = shapeOf(name)
      if (!to) continue
      const axis = axisAfter(node, channels, from, to)
      known.set(name, { order, axis, count: to.length > 1 ? (to[axis] ?? 1) : channels.count })
    }
  }
  return new Map([...known].map(([name, { axis }]) => [name, axis]))
}

function axisAfter({ op, attributes }: OnnxNode, { axis, count }: Channels, from: Shape, to: Shape): number {
  const last = Math.max(0, to.length - 1)
  const { perm } = attributes
  if (op === 'Transpose' && Array.isArray(perm)) return (perm as number[]).indexOf(axis)
  if (op === 'MatMul' || op === 'Gemm') return last
  if (op !== 'Reshape' && from.length === to.length) return axis
  const same = [...to.keys()].filter((i) => i > 0 && to[i] === count)
  if (same.length > 0) return same.includes(axis) ? axis : (same.at(-1) ?? last)
  // Regrouped channels (a shuffle) keep the places behind them.
  const keeps = (places: number): boolean => from.slice(-places).every((extent, i) => extent === to[to.length - places + i])
  let places = Math.min(from.length - 1 - axis, last - 1)
  while (places > 0 && !keeps(places)) places--
  return last - Math.max(0, places)
}
