// How a value's elements lie in memory while the session computes.
import type { Value } from '../../../core/graph/value.ts'
import type { TensorType } from '../../../core/tensor/tensor.ts'
import type { Emitter } from './emitter.ts'
import { extentsOf, nchwc, toBlocked, toChannelsLast, toPlain } from './blocked.ts'
import { channelsLastToRows, plainToRows, rowsToChannelsLast, rowsToPlain } from './rows.ts'

/** `plain`: row-major, as the graph has it.
 * `rows`: [N, C, H, W] as [H W, N C].
 * `blocked`: [N, C, H, W] as [N, C/b, H, W, b], the channels padded with zeros to a multiple of b (ONNX Runtime's NCHWc). */
export const layouts = ['plain', 'blocked', 'rows'] as const
export type Layout = (typeof layouts)[number]

/** The one channels-last step between rows and blocks moves whole vectors of channels, which is far cheaper than going through row-major order. */
export function convert(emit: Emitter, value: Value, name: string, from: Layout, to: Layout): string {
  const extents = extentsOf(value)
  if (from === to) return name
  if (from === 'plain') return to === 'blocked' ? toBlocked(emit, name) : plainToRows(emit, name, extents)
  if (from === 'blocked')
    return to === 'plain' ? toPlain(emit, name, extents) : channelsLastToRows(emit, toChannelsLast(emit, name, extents), extents)
  if (to === 'plain') return rowsToPlain(emit, name, extents)
  return emit.node('ReorderInput', [rowsToChannelsLast(emit, name, extents)], { channels_last: 1 }, nchwc)
}

/** True if a value can be held in blocks: float32 [N, C, H, W] with channels that ONNX Runtime's reordering takes. */
export function isBlockable({ dtype, shape }: TensorType, emit: Emitter): boolean {
  return emit.block !== null && dtype === 'float32' && shape.length === 4 && !shape.includes(0) && (shape[1] ?? 0) % 4 === 0
}
