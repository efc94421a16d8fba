// Convolution and its gradients: over all pairs of connected channels and all kernel elements, the windows innermost.
import type { OpType } from '../../graph/ops/index.ts'
import type { ConvAttributes } from '../../graph/ops/convolution.ts'
import type { HostTensor, Shape } from '../../tensor/tensor.ts'
import { numbers, store, zeros } from '../kernel.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { windowTable } from '../window-table.ts'
import type { WindowTable } from '../window-table.ts'

/** Starts of an input channel in X, an output channel of the same image in Y, and the filter between them in W. */
interface ChannelPair {
  readonly x: number
  readonly y: number
  readonly w: number
}

interface Plan {
  readonly table: WindowTable
  readonly pairs: Iterable<ChannelPair>
  /** Room for one input channel and the two positions that stand for padding. */
  readonly padded: Float64Array
}

function plan(x: Shape, w: Shape, y: Shape, attributes: ConvAttributes): Plan {
  const table = windowTable(x.slice(2), w.slice(2), y.slice(2), attributes)
  return { table, pairs: channelPairs(x, w, attributes.group, table), padded: new Float64Array(table.size + 2) }
}

function* channelPairs(x: Shape, w: Shape, group: number, { size, windows, kernel }: WindowTable): Generator<ChannelPair> {
  const [images = 0, inputs = 0] = x
  const [outputs = 0, perGroup = 0] = w
  for (let n = 0; n < images; n++) {
    for (let m = 0; m < outputs; m++) {
      const first = Math.floor((m * group) / outputs) * perGroup
      for (let c = 0; c < perGroup; c++) {
        yield { x: (n * inputs + first + c) * size, y: (n * outputs + m) * windows, w: (m * perGroup + c) * kernel }
      }
    }
  }
}

function conv({ type, attributes }: KernelContext<'Conv'>, xTensor: HostTensor, wTensor: HostTensor, bias?: HostTensor): HostTensor[] {
  const { table, pairs, padded } = plan(xTensor.shape, wTensor.shape, type.shape, attributes)
  const [x, w, out] = [numbers(xTensor), numbers(wTensor), zeros(type)]
  if (bias) {
    const [b, outputs] = [numbers(bias), type.shape[1] ?? 1]
    for (let i = 0; i < out.length; i++) out[i] = b[Math.floor(i / table.windows) % outputs]!
  }
  for (const at of pairs) {
    for (let i = 0; i < table.size; i++) padded[i] = x[at.x + i]!
    for (let k = 0; k < table.kernel; k++) {
      const [factor, row] = [w[at.w + k]!, k * table.windows]
      for (let o = 0; o < table.windows; o++) out[at.y + o]! += factor * padded[table.positions[row + o]!]!
    }
  }
  return [store(type, out)]
}

const convInputGradient: Kernel<'ConvInputGradient'> = ({ type, attributes }, dyTensor, wTensor) => {
  const { table, pairs, padded } = plan(type.shape, wTensor.shape, dyTensor.shape, attributes)
  const [dy, w, out] = [numbers(dyTensor), numbers(wTensor), zeros(type)]
  for (const at of pairs) {
    padded.fill(0)
    for (let k = 0; k < table.kernel; k++) {
      const [factor, row] = [w[at.w + k]!, k * table.windows]
      for (let o = 0; o < table.windows; o++) padded[table.positions[row + o]!]! += factor * dy[at.y + o]!
    }
    for (let i = 0; i < table.size; i++) out[at.x + i]! += padded[i]!
  }
  return [store(type, out)]
}

const convFilterGradient: Kernel<'ConvFilterGradient'> = ({ type, attributes }, xTensor, dyTensor) => {
  const { table, pairs, padded } = plan(xTensor.shape, type.shape, dyTensor.shape, attributes)
  const [x, dy, out] = [numbers(xTensor), numbers(dyTensor), zeros(type)]
  for (const at of pairs) {
    for (let i = 0; i < table.size; i++) padded[i] = x[at.x + i]!
    for (let k = 0; k < table.kernel; k++) {
      const row = k * table.windows
      let sum = 0
      for (let o = 0; o < table.windows; o++) sum += dy[at.y + o]! * padded[table.positions[row + o]!]!
      out[at.w + k]! += sum
    }
  }
  return [store(type, out)]
}

export const convolution = {
  Conv: conv,
  ConvInputGradient: convInputGradient,
  ConvFilterGradient: convFilterGradient,
} satisfies { [Op in OpType]?: Kernel<Op> }
