// Tensors as plain data: element types, shapes, and tensors that live in host memory.

/** Element types of the graph. In `float16` (IEEE 754 binary16) values are stored, never computed with: Cast makes and takes it. Files in half precision are
 * read as float32. */
export type DType = 'float16' | 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'bool'

/** Extents, outermost first; `[]` is a scalar. */
export type Shape = readonly number[]

interface ArrayOf {
  float16: Float16Array
  float32: Float32Array
  float64: Float64Array
  int32: Int32Array
  int64: BigInt64Array
  uint8: Uint8Array
  /** One byte an element, 0 or 1. */
  bool: Uint8Array
}

export interface TensorType {
  readonly dtype: DType
  readonly shape: Shape
}

/** A tensor in host memory: row-major, contiguous, `data.length === sizeOf(shape)`. */
export interface HostTensor<D extends DType = DType> extends TensorType {
  readonly dtype: D
  readonly data: ArrayOf[D]
}

const constructors: { [D in DType]: new (source: number | ArrayLike<never>) => ArrayOf[D] } = {
  float16: Float16Array,
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  bool: Uint8Array,
}

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, extent) => product * extent, 1)
}

/** Elements to step over for one step along each axis of a row-major tensor. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]!
  }
  return strides
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis])
}

/** Whether it can be computed with as a real number. */
export function isFloat(dtype: DType): dtype is 'float32' | 'float64' {
  return dtype === 'float32' || dtype === 'float64'
}

/** The largest finite number of float16. */
export const largestHalf = 65504

/** Zero-filled storage for `size` elements. */
export function allocate<D extends DType>(dtype: D, size: number): ArrayOf[D] {
  return new constructors[dtype](size)
}

/** A host tensor from numbers (converted to `dtype`; int64 through BigInt) or from an array of the right kind (kept, not copied).
 * @throws RangeError if the number of elements does not match the shape. */
export function tensor<D extends DType>(dtype: D, shape: Shape, values?: ArrayLike<number> | ArrayOf[D]): HostTensor<D> {
  const size = sizeOf(shape)
  if (values === undefined) return { dtype, shape, data: allocate(dtype, size) }
  if (values.length !== size) throw new RangeError(`a ${dtype} tensor [${shape.join(', ')}] needs ${size} elements, found ${values.length}`)
  if (values instanceof constructors[dtype]) return { dtype, shape, data: values }
  const data = allocate(dtype, size)
  if (dtype === 'int64') for (let i = 0; i < size; i++) data[i] = BigInt(values[i] as number)
  else for (let i = 0; i < size; i++) data[i] = Number(values[i])
  return { dtype, shape, data }
}

/** A scalar host tensor. */
export function scalar<D extends DType>(dtype: D, value: number): HostTensor<D> {
  return tensor(dtype, [], [value])
}

/** A float32 tensor of one number everywhere. */
export function filled(shape: Shape, value: number): HostTensor<'float32'> {
  const made = tensor('float32', shape)
  made.data.fill(value)
  return made
}

/** The elements as JavaScript numbers (int64 must fit 2^53). */
export function toNumbers(t: HostTensor): number[] {
  return Array.from(t.data as ArrayLike<number | bigint>, Number)
}

/** ONNX / NumPy broadcasting of two shapes.
 * @throws RangeError if an axis has two different extents, neither of them 1. */
export function broadcastShapes(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1
    const y = b[axis - rank + b.length] ?? 1
    if (x !== y && x !== 1 && y !== 1) throw new RangeError(`shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast`)
    return x === 1 ? y : x
  })
}
