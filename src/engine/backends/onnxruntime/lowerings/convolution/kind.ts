// Kinds of two-dimensional convolutions that ONNX Runtime's blocked operators do better.
import type { ConvAttributes } from '../../../../../core/graph/ops/convolution.ts'
import type { Shape } from '../../../../../core/tensor/tensor.ts'

/** `pointwise`: 1x1, no padding, one group. `depthwise`: each channel for itself. `image`: from fewer channels than a block has. */
export type ConvKind = 'pointwise' | 'depthwise' | 'image' | 'other'

export function kindOf(x: Shape, w: Shape, { group, pads }: ConvAttributes, block: number | null): ConvKind {
  if (x.length !== 4 || block === null) return 'other'
  const [channels = 1, perGroup = 1, kh = 1, kw = 1] = [x[1], ...w.slice(1)]
  if (group > 1) return group === channels && w[0] === channels && perGroup === 1 ? 'depthwise' : 'other'
  if (channels < block && channels % 4 !== 0) return 'image'
  return kh === 1 && kw === 1 && pads.every((pad) => pad === 0) ? 'pointwise' : 'other'
}
