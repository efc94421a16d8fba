// What the op table says of one operator, and the checks that inference shares.
import type { DType, Shape, TensorType } from '../../tensor/tensor.ts'
import { isFloat } from '../../tensor/tensor.ts'

/** An input or output type as inference sees it. Optional inputs that were left out are null. */
export type Inputs = readonly (TensorType | null)[]

/** One row of the op table. `A` = the attributes after normalisation: all present, all static, axes from 0 to rank - 1. */
export interface OpSpec<A> {
  /** Names of the inputs, as in the ONNX operator; a trailing `?` marks an optional one, a trailing `...` any number. */
  readonly inputs: readonly string[]
  /** True for the operators that ONNX lacks: every engine lowers them in its own way. */
  readonly internal?: true
  /** True for the operators that take float16, in which values are only stored. */
  readonly takesHalf?: true
  /** Attributes that ONNX (opset 17) passes as constant inputs (e.g. Reshape's `shape` is input 1): name -> input position. */
  readonly attributeInputs?: { readonly [K in keyof A]?: number }
  /** Types of the outputs. Throws `GraphError` with what was expected and what was found. */
  readonly infer: (inputs: Inputs, attributes: A) => readonly TensorType[]
}

/** Fixes the attribute type of a row; the doc comment on the row says which ONNX operator it means. */
export function op<A = NoAttributes>(spec: OpSpec<A>): OpSpec<A> {
  return spec
}

// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- an object without properties is what is meant
export type NoAttributes = Record<never, never>

/** ONNX's booleans. */
export type Flag = 0 | 1

/** A graph that cannot be built: names the operator, what was expected and what was found. */
export class GraphError extends Error {
  override readonly name = 'GraphError'
}

export function describe(type: TensorType | null | undefined): string {
  return type ? `${type.dtype}${describeShape(type.shape)}` : 'nothing'
}

export function describeShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

export function expect(condition: boolean, expected: string, found: string): void {
  if (!condition) throw new GraphError(`expected ${expected}, found ${found}`)
}

type Maybe = TensorType | null | undefined

/** The input, which must be there. */
export function any(type: Maybe): TensorType {
  if (!type) throw new GraphError('a required input is missing')
  return type
}

/** An input of floating-point type. */
export function float(type: Maybe): TensorType {
  const x = any(type)
  expect(isFloat(x.dtype), 'float32 or float64', describe(x))
  return x
}

/** An input of any type but bool. */
export function numeric(type: Maybe): TensorType {
  const x = any(type)
  expect(x.dtype !== 'bool', 'a numeric type', describe(x))
  return x
}

export function bool(type: Maybe): TensorType {
  const x = any(type)
  expect(x.dtype === 'bool', 'bool', describe(x))
  return x
}

/** Positions along an axis; negative ones count from the end, as in ONNX. */
export function indices(type: Maybe): TensorType {
  const x = any(type)
  expect(x.dtype === 'int32' || x.dtype === 'int64', 'int32 or int64 indices', describe(x))
  return x
}

/** An input of the given element type. */
export function ofType(type: Maybe, dtype: DType): TensorType {
  const x = any(type)
  expect(x.dtype === dtype, `the other operand's type ${dtype}`, describe(x))
  return x
}

/** An input of exactly the given type and shape. */
export function exactly(type: Maybe, dtype: DType, shape: Shape, what: string): TensorType {
  const x = any(type)
  const fits = x.dtype === dtype && x.shape.length === shape.length && x.shape.every((extent, axis) => extent === shape[axis])
  expect(fits, `${what} to be ${describe({ dtype, shape })}`, describe(x))
  return x
}

/** The axis, which must lie in 0..rank-1. */
export function axisOf(axis: number, rank: number): number {
  expect(Number.isInteger(axis) && axis >= 0 && axis < rank, `an axis from 0 to ${rank - 1}`, String(axis))
  return axis
}

/** Distinct axes in 0..rank-1. */
export function axesOf(axes: readonly number[], rank: number): readonly number[] {
  for (const axis of axes) axisOf(axis, rank)
  expect(new Set(axes).size === axes.length, 'distinct axes', describeShape(axes))
  return axes
}

/** Extents that are non-negative integers. */
export function extentsOf(shape: Shape): Shape {
  expect(
    shape.every((extent) => Number.isInteger(extent) && extent >= 0),
    'explicit extents >= 0',
    describeShape(shape),
  )
  return shape
}

export function withShape(type: TensorType, shape: Shape): TensorType {
  return { dtype: type.dtype, shape }
}
