// What the op table says of one operator.
import type { Shape, TensorType } from '../../tensor/tensor.ts'

/** An input or output type as inference sees it. Optional inputs that were left out are null. */
export type Inputs = readonly (TensorType | null)[]

/** One row of the op table. `A` = the attributes after normalisation: all present, all static. */
export interface OpSpec<A> {
  /** Names of the inputs, as in the ONNX operator; a trailing `?` marks an optional one, a trailing `...` any number. */
  readonly inputs: readonly string[]
  /** True for the gradient operators that ONNX lacks: every engine lowers them in its own way. */
  readonly internal?: true
  /** Attributes that ONNX passes as constant inputs (e.g. Reshape's `shape` is input 1): name -> input position. */
  readonly attributeInputs?: { readonly [K in keyof A]?: number }
  /** Types of the outputs. Throws `GraphError` with what was expected and what was found. */
  readonly infer: (inputs: Inputs, attributes: A) => readonly TensorType[]
}

/** Fixes the attribute type of a row; the doc comment on the row says which ONNX operator it means. */
export function op<A = NoAttributes>(spec: OpSpec<A>): OpSpec<A> {
  return spec
}

export type NoAttributes = Record<never, never>

/** A graph that cannot be built: names the operator, what was expected and what was found. */
export class GraphError extends Error {
  override readonly name = 'GraphError'
}

export function describe(type: TensorType | null): string {
  return type ? `${type.dtype}${describeShape(type.shape)}` : 'nothing'
}

export function describeShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}
