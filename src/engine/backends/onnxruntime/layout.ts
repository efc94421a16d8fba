// How a value's elements lie in memory while the session computes.
import type { Value } from '../../../core/graph/value.ts'
import type { TensorType } from '../../../core/tensor/tensor.ts'
import type { Emitter } from './emitter.ts'
import { extentsOf, toBlocked, toPlain } from './blocked.ts'

/** `plain`: row-major, as the graph has it.
 * `blocked`: [N, C, H, W] as [N, C/b, H, W, b], the channels padded with zeros to a multiple of b (ONNX Runtime's NCHWc). */
export type Layout = 'plain' | 'blocked'

export function convert(emit: Emitter, value: Value, name: string, from: Layout, to: Layout): string {
  if (from === to) return name
  if (to === 'blocked') return toBlocked(emit, name)
  return toPlain(emit, name, extentsOf(value))
}

/** True if a value can be held in blocks: float32 [N, C, H, W] with channels that ONNX Runtime's reordering takes. */
export function isBlockable({ dtype, shape }: TensorType, emit: Emitter): boolean {
  return emit.block !== null && dtype === 'float32' && shape.length === 4 && !shape.includes(0) && (shape[1] ?? 0) % 4 === 0
}
