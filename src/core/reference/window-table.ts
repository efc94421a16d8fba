// Which input position each position of each window covers: shared by convolution and pooling of any rank.
import type { WindowAttributes } from '../graph/ops/window.ts'
import { sizeOf } from '../tensor/tensor.ts'
import type { Shape } from '../tensor/tensor.ts'

/** Positions within one channel. */
export interface WindowTable {
  /** Spatial elements of input, kernel and output. */
  readonly size: number
  readonly kernel: number
  readonly windows: number
  /** [kernel, windows]: input position under kernel element k of window o; `size` in the padding, `size + 1` beyond it (ceil_mode). */
  readonly positions: Int32Array
}

export function windowTable(spatial: Shape, kernel: Shape, out: Shape, { strides, pads, dilations }: WindowAttributes): WindowTable {
  const size = sizeOf(spatial)
  const [kernelSize, windows] = [sizeOf(kernel), sizeOf(out)]
  const positions = new Int32Array(kernelSize * windows)
  for (let k = 0; k < kernelSize; k++) {
    for (let o = 0; o < windows; o++) {
      let [position, scale, restK, restO] = [0, 1, k, o]
      let where: 'inside' | 'padding' | 'beyond' = 'inside'
      for (let axis = spatial.length - 1; axis >= 0; axis--) {
        const [extent = 1, kernelExtent = 1, outExtent = 1] = [spatial[axis], kernel[axis], out[axis]]
        const [begin = 0, end = 0] = [pads[axis], pads[axis + spatial.length]]
        const x = (restO % outExtent) * (strides[axis] ?? 1) - begin + (restK % kernelExtent) * (dilations[axis] ?? 1)
        if (x >= extent + end) where = 'beyond'
        else if ((x < 0 || x >= extent) && where === 'inside') where = 'padding'
        position += x * scale
        scale *= extent
        restK = Math.floor(restK / kernelExtent)
        restO = Math.floor(restO / outExtent)
      }
      positions[k * windows + o] = where === 'inside' ? position : where === 'padding' ? size : size + 1
    }
  }
  return { size, kernel: kernelSize, windows, positions }
}
