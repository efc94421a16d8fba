// Convolution and its gradients: each input channel is spread into columns [kernel, windows], which every output channel of its group reads.
import type { OpType } from '../../graph/ops/index.ts'
import type { ConvAttributes } from '../../graph/ops/convolution.ts'
import type { HostTensor, Shape } from '../../tensor/tensor.ts'
import { numbers, store, zeros } from '../kernel.ts'
import type { Kernel, KernelContext, Numbers } from '../kernel.ts'
import { windowTable } from '../window-table.ts'
import type { WindowTable } from '../window-table.ts'

/** One input channel of one image, and the output channels that read it. */
interface Channel {
  /** Start in X. */
  readonly x: number
  /** For each output channel: start of its image's plane in Y, and of the filter [kernel] between the two channels in W. */
  readonly readers: readonly { readonly y: number; readonly w: number }[]
}

function* channels(x: Shape, w: Shape, group: number, { size, windows, kernel }: WindowTable): Generator<Channel> {
  const [images = 0, inputs = 0] = x
  const [outputs = 0, perGroup = 1] = w
  const readersPerGroup = outputs / group
  for (let n = 0; n < images; n++) {
    for (let c = 0; c < inputs; c++) {
      const first = Math.floor(c / perGroup) * readersPerGroup
      const readers = Array.from({ length: readersPerGroup }, (_, i) => ({
        y: (n * outputs + first + i) * windows,
        w: ((first + i) * perGroup + (c % perGroup)) * kernel,
      }))
      yield { x: (n * inputs + c) * size, readers }
    }
  }
}

function tableOf(x: Shape, w: Shape, y: Shape, attributes: ConvAttributes): WindowTable {
  return windowTable(x.slice(2), w.slice(2), y.slice(2), attributes)
}

/** Spreads the channel that starts at `start`: zeros where windows lie in the padding. */
function spread(x: Numbers, start: number, { positions, size }: WindowTable, columns: Float64Array): void {
  for (let i = 0; i < columns.length; i++) columns[i] = positions[i]! < size ? x[start + positions[i]!]! : 0
}

/** to[j + i] += factor * from[k + i]. */
function addScaled(to: Float64Array, j: number, factor: number, from: Numbers, k: number, count: number): void {
  for (let i = 0; i < count; i++) to[j + i]! += factor * from[k + i]!
}

function conv({ type, attributes }: KernelContext<'Conv'>, xTensor: HostTensor, wTensor: HostTensor, bias?: HostTensor): HostTensor[] {
  const table = tableOf(xTensor.shape, wTensor.shape, type.shape, attributes)
  const [x, w, out, columns] = [numbers(xTensor), numbers(wTensor), zeros(type), new Float64Array(table.positions.length)]
  if (bias) {
    const [b, outputs] = [numbers(bias), type.shape[1] ?? 1]
    for (let i = 0; i < out.length; i++) out[i] = b[Math.floor(i / table.windows) % outputs]!
  }
  for (const channel of channels(xTensor.shape, wTensor.shape, attributes.group, table)) {
    spread(x, channel.x, table, columns)
    for (const at of channel.readers) {
      for (let k = 0; k < table.kernel; k++) addScaled(out, at.y, w[at.w + k]!, columns, k * table.windows, table.windows)
    }
  }
  return [store(type, out)]
}

const convInputGradient: Kernel<'ConvInputGradient'> = ({ type, attributes }, dyTensor, wTensor) => {
  const table = tableOf(type.shape, wTensor.shape, dyTensor.shape, attributes)
  const [dy, w, out, columns] = [numbers(dyTensor), numbers(wTensor), zeros(type), new Float64Array(table.positions.length)]
  for (const channel of channels(type.shape, wTensor.shape, attributes.group, table)) {
    columns.fill(0)
    for (const at of channel.readers) {
      for (let k = 0; k < table.kernel; k++) addScaled(columns, k * table.windows, w[at.w + k]!, dy, at.y, table.windows)
    }
    table.positions.forEach((position, i) => {
      if (position < table.size) out[channel.x + position]! += columns[i]!
    })
  }
  return [store(type, out)]
}

const convFilterGradient: Kernel<'ConvFilterGradient'> = ({ type, attributes }, xTensor, dyTensor) => {
  const table = tableOf(xTensor.shape, type.shape, dyTensor.shape, attributes)
  const [x, dy, out, columns] = [numbers(xTensor), numbers(dyTensor), zeros(type), new Float64Array(table.positions.length)]
  for (const channel of channels(xTensor.shape, type.shape, attributes.group, table)) {
    spread(x, channel.x, table, columns)
    for (const at of channel.readers) {
      for (let k = 0; k < table.kernel; k++) {
        let sum = 0
        for (let o = 0; o < table.windows; o++) sum += dy[at.y + o]! * columns[k * table.windows + o]!
        out[at.w + k]! += sum
      }
    }
  }
  return [store(type, out)]
}

export const convolution = {
  Conv: conv,
  ConvInputGradient: convInputGradient,
  ConvFilterGradient: convFilterGradient,
} satisfies { [Op in OpType]?: Kernel<Op> }
