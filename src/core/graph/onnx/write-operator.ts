// How each operator of the table is written at opset 17 or 18: most by the table alone, a few by hand.
import { scalar, tensor } from '../../tensor/tensor.ts'
import type { DType, HostTensor } from '../../tensor/tensor.ts'
import { ops } from '../ops/index.ts'
import type { Attributes, OpType } from '../ops/index.ts'
import { GraphError } from '../ops/spec.ts'
import type { Node, Value } from '../value.ts'
import { float, onnxTypes } from './builder.ts'
import type { OnnxAttribute } from './builder.ts'

/** What an operator is written with. */
export interface Emitter {
  /** The operator set that is written, 17 or 18. */
  readonly opset: number
  /** Adds an ONNX node and names its outputs after ours, or freely with `inner`. */
  node(op: string, inputs: readonly (string | null)[], attributes?: Readonly<Record<string, OnnxAttribute | undefined>>): void
  inner(op: string, inputs: readonly (string | null)[], attributes?: Readonly<Record<string, OnnxAttribute | undefined>>): string
  /** The output is the same as that input. */
  alias(input: string): void
  /** A stored tensor; equal ones are stored once. */
  constant(value: HostTensor): string
  /** A list of extents or positions as int64; entries that follow the batch are computed at run time. */
  integers(values: readonly number[]): string
}

type Writer<Op extends OpType> = (
  emit: Emitter,
  inputs: readonly (string | null)[],
  attributes: Attributes<Op>,
  node: { readonly inputs: readonly (Value | null)[]; readonly outputs: readonly Value[] },
) => void

/** Attributes of type FLOAT; other numbers are INT. */
const floats = new Set(['alpha', 'beta', 'epsilon', 'cubic_coeff_a', 'extrapolation_value'])

function attributesOf(values: object): Record<string, OnnxAttribute> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]: [string, number | string | readonly number[]]) => [
      name,
      typeof value === 'number' && floats.has(name) ? float(value) : value,
    ]),
  )
}

function dtypeOf(node: { readonly inputs: readonly (Value | null)[] }): DType {
  return node.inputs[0]?.dtype ?? 'float32'
}

function tooNew(what: string, opset: number): GraphError {
  return new GraphError(`${what} needs ONNX opset ${opset}; models are written at opset 17 or 18`)
}

/** The axes became an input with opset 18 (ReduceSum: 13). */
function reduction(op: 'ReduceMean' | 'ReduceMax' | 'ReduceMin'): Writer<typeof op> {
  return (emit, [x = null], { axes, keepdims }) =>
    emit.opset < 18 ? emit.node(op, [x], { axes, keepdims }) : emit.node(op, [x, emit.integers(axes)], { keepdims })
}

/** No axes would mean all of them. */
function onAxes(op: string): Writer<'Squeeze' | 'Unsqueeze'> {
  return (emit, [x = null], { axes }) => (axes.length === 0 ? emit.alias(x ?? '') : emit.node(op, [x, emit.integers(axes)]))
}

const byHand: { readonly [Op in OpType]?: Writer<Op> } = {
  Identity: (emit, [x]) => emit.alias(x ?? ''),
  StopGradient: (emit, [x]) => emit.alias(x ?? ''),
  After: (emit, [x]) => emit.alias(x ?? ''),
  ReduceMean: reduction('ReduceMean'),
  ReduceMax: reduction('ReduceMax'),
  ReduceMin: reduction('ReduceMin'),
  /** 0 would copy an extent. */
  Reshape: (emit, [x = null], { shape }) => emit.node('Reshape', [x, emit.integers(shape)], shape.includes(0) ? { allowzero: 1 } : {}),
  Squeeze: onAxes('Squeeze'),
  Unsqueeze: onAxes('Unsqueeze'),
  /** float16 is for storing while training; files in it are read as float32. */
  Cast: (emit, inputs, { to }) => {
    if (to === 'float16') throw new GraphError('Cast to float16: models are written in the types that they compute with')
    emit.node('Cast', inputs, { to: onnxTypes[to] })
  },
  Clip: (emit, [x = null], { min, max }, node) => {
    const bound = (value: number): string | null => (Number.isFinite(value) ? emit.constant(scalar(dtypeOf(node), value)) : null)
    emit.node('Clip', [x, bound(min), bound(max)])
  },
  Pad: (emit, [x = null], { pads, value, mode }, node) => {
    if (mode === 'wrap') throw tooNew('Pad of mode wrap', 19)
    emit.node('Pad', [x, emit.integers(pads), emit.constant(scalar(dtypeOf(node), value))], { mode })
  },
  OneHot: (emit, [x = null], { depth, axis, dtype }) => {
    emit.node('OneHot', [x, emit.integers([depth]), emit.constant(tensor(dtype, [2], [0, 1]))], { axis })
  },
  TopK: (emit, [x = null], { k, ...rest }) => emit.node('TopK', [x, emit.integers([k])], rest),
  /** `dilations` came with opset 19. */
  AveragePool: (emit, inputs, { dilations, ...rest }) => {
    if (dilations.some((d) => d !== 1)) throw tooNew('AveragePool with dilations', 19)
    emit.node('AveragePool', inputs, attributesOf(rest))
  },
  Resize: (emit, [x = null], { sizes, scales, roi, antialias, ...rest }, node) => {
    if (antialias === 1) throw tooNew('Resize with antialias', 18)
    if (rest.coordinate_transformation_mode === 'half_pixel_symmetric') throw tooNew('Resize of mode half_pixel_symmetric', 19)
    const shape = node.inputs[0]?.shape ?? []
    // Sizes are written where single-precision scales would miss them.
    const exact = scales.every((scale, axis) => Math.floor(Math.fround((shape[axis] ?? 1) * Math.fround(scale))) === sizes[axis])
    const reals = (values: readonly number[]): string => emit.constant(tensor('float32', [values.length], values))
    const region = roi.length > 0 ? reals(roi) : null
    emit.node('Resize', exact ? [x, region, reals(scales)] : [x, region, null, emit.integers(sizes)], attributesOf(rest))
  },
  /** Gelu came with opset 20: x / 2 * (1 + erf(x / sqrt(2))), or with tanh(sqrt(2 / pi) * (x + 0.044715 x^3)). */
  Gelu: (emit, [x = null], { approximate }, node) => {
    const number = (value: number): string => emit.constant(scalar(dtypeOf(node), value))
    const half = emit.inner('Mul', [x, number(0.5)])
    const cube = (): string => emit.inner('Mul', [emit.inner('Mul', [x, x]), emit.inner('Mul', [x, number(0.044715)])])
    const curve =
      approximate === 'none'
        ? emit.inner('Erf', [emit.inner('Mul', [x, number(Math.SQRT1_2)])])
        : emit.inner('Tanh', [emit.inner('Mul', [emit.inner('Add', [x, cube()]), number(Math.sqrt(2 / Math.PI))])])
    emit.node('Mul', [half, emit.inner('Add', [curve, number(1)])])
  },
}

/** Writes one node. Attributes that ONNX passes as inputs become stored tensors.
 * @throws GraphError for operators that ONNX lacks at opset 17. */
export function writeOperator(emit: Emitter, node: Node, inputs: readonly (string | null)[]): void {
  const { op, attributes } = node
  const writer = byHand[op] as Writer<OpType> | undefined
  if (writer) return writer(emit, inputs, attributes, node)
  const spec = ops[op]
  if (spec.internal) throw new GraphError(`${op} is not an ONNX operator: only graphs for inference can be written`)
  const positions = new Map(Object.entries<number>(spec.attributeInputs ?? {}))
  const all = [...inputs]
  const rest: Record<string, unknown> = {}
  for (const [name, value] of Object.entries<unknown>(attributes)) {
    const position = positions.get(name)
    if (position === undefined) rest[name] = value
    else all[position] = emit.integers(value as readonly number[])
  }
  emit.node(op, all, attributesOf(rest))
}
