// Operators that ONNX has too: the same node, with the attributes that ONNX passes as inputs turned back into constants.
import { float, onnxTypes } from '../../../../core/graph/onnx/builder.ts'
import type { OnnxAttribute } from '../../../../core/graph/onnx/builder.ts'
import { ops } from '../../../../core/graph/ops/index.ts'
import type { OpSpec } from '../../../../core/graph/ops/spec.ts'
import type { Node } from '../../../../core/graph/value.ts'
import { sameShape, tensor } from '../../../../core/tensor/tensor.ts'
import type { DType } from '../../../../core/tensor/tensor.ts'
import type { Emitter } from '../emitter.ts'
import type { Layout } from '../layout.ts'

/** Attributes that ONNX types as floats. */
const floats = new Set(['alpha', 'beta', 'epsilon', 'cubic_coeff_a', 'extrapolation_value'])
/** Attributes passed as inputs that are vectors of float32; other vectors are int64. */
const floatVectors = new Set(['scales', 'roi'])

type AttributeValue = number | string | readonly number[]

/** @param layout of the output and of the inputs that have its shape; only for operators that work element by element */
export function oneToOne(node: Node, emit: Emitter, layout: Layout = 'plain'): void {
  const spec: OpSpec<Record<string, AttributeValue>> = ops[node.op] as never
  if (spec.internal) throw new Error(`the ONNX Runtime engine has no lowering of ${node.op}`)
  const shape = node.outputs[0]?.shape ?? []
  const inputs = node.inputs.map((value) => (value ? emit.as(value, sameShape(value.shape, shape) ? layout : 'plain') : null))
  const attributes: Record<string, OnnxAttribute> = {}
  const given = node.attributes as Record<string, AttributeValue>
  for (const [key, value] of Object.entries(given)) {
    const position = spec.attributeInputs?.[key]
    if (position === undefined) attributes[key] = attribute(key, value)
    else inputs[position] = attributeInput(key, value, node.inputs[0]?.dtype ?? 'float32', emit)
  }
  for (let i = 0; i < inputs.length; i++) inputs[i] ??= null
  emit.nodeAll(node.op, inputs, attributes, node.outputs.length).forEach((name, i) => {
    const output = node.outputs[i]
    if (output) emit.set(output, name, layout)
  })
}

function attribute(key: string, value: AttributeValue): OnnxAttribute {
  if (key === 'to') return onnxTypes[value as DType]
  if (floats.has(key) && typeof value !== 'string') return float(value)
  return value
}

/** Scalars have the data's element type (Clip's bounds, Pad's value), except counts (TopK's k). Clip's infinite bounds are left out. */
function attributeInput(key: string, value: AttributeValue, dtype: DType, emit: Emitter): string | null {
  if (typeof value === 'string') throw new Error(`attribute ${key} cannot be an input`)
  if (typeof value !== 'number') return emit.constant(tensor(floatVectors.has(key) ? 'float32' : 'int64', [value.length], value))
  if (key === 'k') return emit.ints([value])
  return (key === 'min' || key === 'max') && !Number.isFinite(value) ? null : emit.scalar(dtype, value)
}
