// Host tensors to TensorFlow and back. The binding passes neither float16 nor float64 nor (back) uint8, so these go as other types of the same bits or range.
import { sizeOf, tensor } from '../../../core/tensor/tensor.ts'
import type { DType, HostTensor, TensorType } from '../../../core/tensor/tensor.ts'
import { type } from './attributes.ts'
import type { Binding, TensorId } from './binding.ts'
import { dataTypes } from './data-types.ts'
import { callError } from './errors.ts'

/** A copy that shares nothing with the original. */
export function toTensorFlow(binding: Binding, { dtype, shape, data }: HostTensor): TensorId {
  // TensorFlow takes over the memory.
  const own = data.slice()
  if (own instanceof BigInt64Array || own instanceof Float64Array) {
    const bits = created(binding, shape, dataTypes.int64, new Int32Array(own.buffer))
    return dtype === 'int64' ? bits : consumed(binding, bits, (id) => converted(binding, 'Bitcast', 'type', id, 'float64'))
  }
  if (own instanceof Float16Array) {
    const wide = created(binding, shape, dataTypes.float32, Float32Array.from(own))
    return consumed(binding, wide, (id) => converted(binding, 'Cast', 'DstT', id, 'float16'))
  }
  return created(binding, shape, dataTypes[dtype], own)
}

/** A copy, owned by the caller.
 * @throws AppError also for what failed when the value was computed: a graphics card tells only then */
export function fromTensorFlow(binding: Binding, id: TensorId, { dtype, shape }: TensorType): HostTensor {
  if (sizeOf(shape) === 0) return tensor(dtype, shape)
  const read = (tensor: TensorId): ReturnType<Binding['tensorDataSync']> =>
    called('TensorFlow cannot hand over a tensor', () => binding.tensorDataSync(tensor))
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
  return executed(binding, op, [{ name: attribute, ...type(dataTypes[to]) }], [id])
}

/** The one output of an operation that no program has asked for. */
export function executed(
  binding: Binding,
  op: string,
  attributes: Parameters<Binding['executeOp']>[1],
  inputs: readonly TensorId[],
): TensorId {
  const [result] = called(`TensorFlow cannot run ${op}`, () => binding.executeOp(op, attributes, inputs, 1))
  if (!result) throw new Error(`TensorFlow's ${op} returned nothing`)
  return result.id
}

/** As the binding's `createTensor`. */
export function created(binding: Binding, ...given: Parameters<Binding['createTensor']>): TensorId {
  return called('TensorFlow cannot take a tensor', () => binding.createTensor(...given))
}

function called<T>(what: string, call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw callError(what, error)
  }
}

/** What `use` makes of a tensor that is then deleted. */
function consumed<T>(binding: Binding, id: TensorId, use: (id: TensorId) => T): T {
  try {
    return use(id)
  } finally {
    binding.deleteTensor(id)
  }
}
