// Which axis of each value holds the channels: some networks turn their activations to channels last on the way.
import type { OnnxNode } from '../graph/onnx/model.ts'
import type { Shape } from '../tensor/tensor.ts'

/** Channel axis (the batch is axis 0) of every value that the nodes make from the image [N, 3, H, W].
 * @param shapeOf full shape of a value that depends on the image. */
export function channelAxes(
  nodes: readonly OnnxNode[],
  image: string,
  shapeOf: (name: string) => Shape | undefined,
): ReadonlyMap<string, number> {
  const axes = new Map([[image, 1]])
  for (const node of nodes) {
    const data = node.inputs.find((name) => axes.has(name))
    const from = data === undefined ? undefined : shapeOf(data)
    const axis = axes.get(data ?? '')
    if (axis === undefined || !from) continue
    for (const name of node.outputs) {
      const to = shapeOf(name)
      if (to) axes.set(name, channelAxis(node, axis, from, to))
    }
  }
  return axes
}

function channelAxis({ op, attributes }: OnnxNode, axis: number, from: Shape, to: Shape): number {
  const last = Math.max(0, to.length - 1)
  const { perm } = attributes
  if (op === 'Transpose' && Array.isArray(perm)) return (perm as number[]).indexOf(axis)
  if (op === 'MatMul' || op === 'Gemm') return last
  if (from.length === to.length) return axis
  // Regrouped channels (a shuffle) keep the places behind them.
  const kept = (count: number): boolean => from.slice(-count).every((extent, i) => extent === to[to.length - count + i])
  let places = Math.min(from.length - 1 - axis, last - 1)
  while (places > 0 && !kept(places)) places--
  if (places > 0) return last - places
  return axis === 1 && to[1] === from[1] ? 1 : last
}
