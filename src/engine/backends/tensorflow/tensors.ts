// Host tensors to TensorFlow and back. The binding passes neither float16 nor float64 nor (back) uint8, so these go as other types of the same bits or range.
import { sizeOf, tensor } from '../../../core/tensor/tensor.ts'
import type { DType, HostTensor, TensorType } from '../../../core/tensor/tensor.ts'
import { type } from './attributes.ts'
import type { Binding, TensorId } from './binding.ts'
import { dataTypes } from './data-types.ts'

/** A copy that shares nothing with the original. */
export function toTensorFlow(binding: Binding, { dtype, shape, data }: HostTensor): TensorId {
  // TensorFlow takes over the memory.
  const own = data.slice()
  if (own instanceof BigInt64Array || own instanceof Float64Array) {
    const bits = binding.createTensor(shape, dataTypes.int64, new Int32Array(own.buffer))
    return dtype === 'int64' ? bits : consumed(binding, bits, (id) => converted(binding, 'Bitcast', 'type', id, 'float64'))
  }
  if (own instanceof Float16Array) {
    const wide = binding.createTensor(shape, dataTypes.float32, Float32Array.from(own))
    return consumed(binding, wide, (id) => converted(binding, 'Cast', 'DstT', id, 'float16'))
  }
  return binding.createTensor(shape, dataTypes[dtype], own)
}

/** A copy, owned by the caller. */
export function fromTensorFlow(binding: Binding, id: TensorId, { dtype, shape }: TensorType): HostTensor {
  if (sizeOf(shape) === 0) return tensor(dtype, shape)
  const read = (tensor: TensorId): ReturnType<Binding['tensorDataSync']> => binding.tensorDataSync(tensor)
  if (dtype === 'float64') {
    const bits = consumed(binding, converted(binding, 'Bitcast', 'type', id, 'int64'), read)
    return { dtype, shape, data: new Float64Array(bits.buffer as ArrayBuffer) }
  }
  if (dtype === 'float16') {
    const wide = consumed(binding, converted(binding, 'Cast', 'DstT', id, 'float32'), read) as Float32Array
    return { dtype, shape, data: Float16Array.from(wide) }
  }
  if (dtype === 'uint8') {
    const wide = consumed(binding, converted(binding, 'Cast', 'DstT', id, 'int32'), read) as Int32Array
    return { dtype, shape, data: Uint8Array.from(wide) }
  }
  return { dtype, shape, data: read(id) }
}

function converted(binding: Binding, op: 'Bitcast' | 'Cast', attribute: string, id: TensorId, to: DType): TensorId {
  const [result] = binding.executeOp(op, [{ name: attribute, ...type(dataTypes[to]) }], [id], 1)
  if (!result) throw new Error(`TensorFlow's ${op} returned nothing`)
  return result.id
}

/** What `use` makes of a tensor that is then deleted. */
function consumed<T>(binding: Binding, id: TensorId, use: (id: TensorId) => T): T {
  try {
    return use(id)
  } finally {
    binding.deleteTensor(id)
  }
}
