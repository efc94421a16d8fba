// What a reference kernel is, and how it reads and writes tensors: arithmetic is in float64, storage in each tensor's own type.
import type { Attributes, OpType } from '../graph/ops/index.ts'
import { allocate, isFloat, sizeOf } from '../tensor/tensor.ts'
import type { HostTensor, TensorType } from '../tensor/tensor.ts'

export interface KernelContext<Op extends OpType> {
  readonly attributes: Attributes<Op>
  /** Type of the first output. */
  readonly type: TensorType
}

/** Computes all outputs of one node. The inputs are complete and of the right types: inference has checked them; an optional one that
 * was left out is undefined. Kernels never write into their inputs, but may return them. */
export type Kernel<Op extends OpType> = (context: KernelContext<Op>, ...inputs: HostTensor[]) => readonly HostTensor[]

/** Numbers as kernels compute with them; int64 beyond 2^53 is rounded. */
export type Numbers = Exclude<HostTensor['data'], BigInt64Array>

export function numbers({ data }: HostTensor): Numbers {
  return data instanceof BigInt64Array ? Float64Array.from(data, Number) : data
}

/** A tensor of the given type from float64 numbers. Integers are truncated and wrap around, int64 takes what is not finite as 0. */
export function store({ dtype, shape }: TensorType, values: Float64Array): HostTensor {
  if (dtype === 'float64') return { dtype, shape, data: values }
  if (dtype === 'int64') return { dtype, shape, data: BigInt64Array.from(values, (v) => (Number.isFinite(v) ? BigInt(Math.trunc(v)) : 0n)) }
  if (dtype === 'bool') return { dtype, shape, data: Uint8Array.from(values, (v) => (v === 0 ? 0 : 1)) }
  const data = allocate(dtype, values.length)
  for (let i = 0; i < values.length; i++) data[i] = values[i] ?? 0
  return { dtype, shape, data }
}

/** Fresh zeros to compute into. */
export function zeros({ shape }: TensorType): Float64Array {
  return new Float64Array(sizeOf(shape))
}

/** The elements at these positions of `x`, moved without conversion; `fill` where a position is negative. */
export function pick(x: HostTensor, type: TensorType, positions: Int32Array, fill = 0): HostTensor {
  const data = allocate(type.dtype, positions.length)
  const source = x.data
  if (source instanceof BigInt64Array || data instanceof BigInt64Array) {
    const [from, to, other] = [source as BigInt64Array, data as BigInt64Array, BigInt(Math.trunc(fill))]
    positions.forEach((position, i) => (to[i] = position < 0 ? other : (from[position] ?? 0n)))
  } else for (let i = 0; i < positions.length; i++) data[i] = positions[i]! < 0 ? fill : source[positions[i]!]!
  return { dtype: type.dtype, shape: type.shape, data }
}

/** The same elements under another shape. */
export function view(x: HostTensor, { shape }: TensorType): HostTensor {
  return { ...x, shape }
}

export function isInteger(type: TensorType): boolean {
  return !isFloat(type.dtype)
}
