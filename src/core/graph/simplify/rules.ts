// Operators that have no effect, or whose effect another operator has more cheaply. Exact, but for the sign of zero.
import { broadcastShapes, sameShape, stridesOf } from '../../tensor/tensor.ts'
import type { TensorType } from '../../tensor/tensor.ts'
import { sliceLength } from '../ops/movement.ts'
import type { Attributes, OpType } from '../ops/index.ts'
import type { Node, Value } from '../value.ts'

interface Applied<Op extends OpType> {
  /** Simplified already; optional ones may be null. */
  readonly inputs: readonly Value[]
  readonly attributes: Attributes<Op>
  /** Type of the first output. */
  readonly type: TensorType
}

/** Makes a node, simplified in turn. */
export type Make = <Op extends OpType>(op: Op, inputs: readonly Value[], attributes: Attributes<Op>) => Value

/** What stands for the only output of a node; null = nothing simpler is known. */
export type Rule<Op extends OpType> = (node: Applied<Op>, make: Make) => Value | null

/** The node behind a value, if it is of that operator. */
function producer<Op extends OpType>(value: Value | null | undefined, op: Op): (Node<Op> & { readonly inputs: readonly Value[] }) | null {
  return value?.node.op === op ? (value.node as unknown as Node<Op> & { readonly inputs: readonly Value[] }) : null
}

/** True for constants that hold one number everywhere (looked at up to 4096 elements). */
function isFilled(value: Value, number: number): boolean {
  const data = producer(value, 'Constant')?.attributes.value.data
  return (
    data !== undefined && data.length > 0 && data.length <= 4096 && data.every((element: number | bigint) => Number(element) === number)
  )
}

/** x where the other operand is neutral and does not widen the shape. */
function without(neutral: number, side: 'either' | 'right'): (node: Applied<BinaryOp>) => Value | null {
  return ({ inputs: [a, b], type }) => {
    if (!a || !b) return null
    if (isFilled(b, neutral) && sameShape(a.shape, type.shape)) return a
    return side === 'either' && isFilled(a, neutral) && sameShape(b.shape, type.shape) ? b : null
  }
}

type BinaryOp = 'Add' | 'Sub' | 'Mul' | 'Div' | 'Pow' | 'Min' | 'Max'

/** Broadcasting does what an Expand of an operand does, without writing it out. */
function unexpanded<Op extends BinaryOp>(op: Op, next: (node: Applied<BinaryOp>) => Value | null = () => null): Rule<Op> {
  return (node, make) => {
    const [a, b] = node.inputs
    if (!a || !b) return null
    const narrow = (x: Value, other: Value): Value => {
      const source = producer(x, 'Expand')?.inputs[0]
      return source && sameShape(broadcastShapes(source.shape, other.shape), node.type.shape) ? source : x
    }
    const left = narrow(a, b)
    const right = narrow(b, left)
    return left === a && right === b ? next(node) : make<BinaryOp>(op, [left, right], {})
  }
}

/** x if the condition holds. */
function passIf<Op extends OpType>(holds: (attributes: Attributes<Op>, x: Value) => boolean): Rule<Op> {
  return ({ inputs: [x], attributes }) => (x && holds(attributes, x) ? x : null)
}

const sameTo: Rule<'Reshape'> = ({ inputs: [x], type: { shape } }, make) => {
  if (!x) return null
  if (sameShape(x.shape, shape)) return x
  const source = producer(x, 'Reshape')?.inputs[0]
  return source ? make('Reshape', [source], { shape }) : null
}

/** As a Reshape, which merges with others. */
function reshaped<Op extends OpType>(): Rule<Op> {
  return ({ inputs: [x], type: { shape } }, make) => (x ? make('Reshape', [x], { shape }) : null)
}

const transpose: Rule<'Transpose'> = ({ inputs: [x], attributes: { perm }, type: { shape } }, make) => {
  if (!x) return null
  const before = producer(x, 'Transpose')
  const [source] = before?.inputs ?? []
  if (before && source) return make('Transpose', [source], { perm: perm.map((axis) => before.attributes.perm[axis] ?? axis) })
  // Axes of extent 1 may change places without moving an element.
  const strides = stridesOf(x.shape)
  const moved = perm.filter((axis) => x.shape[axis] !== 1).map((axis) => strides[axis] ?? 0)
  return moved.every((stride, i) => i === 0 || stride <= (moved[i - 1] ?? 0)) ? make('Reshape', [x], { shape }) : null
}

const expand: Rule<'Expand'> = ({ inputs: [x], type: { shape } }, make) => {
  if (!x) return null
  if (sameShape(x.shape, shape)) return x
  const source = producer(x, 'Expand')?.inputs[0]
  return source ? make('Expand', [source], { shape }) : null
}

/** A reduction over axes of extent 1. */
function reduction<Op extends 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin'>(): Rule<Op> {
  return ({ inputs: [x], attributes, type: { shape } }, make) => {
    const { axes } = attributes as Attributes<'ReduceSum'>
    return x && axes.every((axis) => x.shape[axis] === 1) ? make('Reshape', [x], { shape }) : null
  }
}

export const rules: { readonly [Op in OpType]?: Rule<Op> } = {
  Identity: ({ inputs: [x] }) => x ?? null,
  StopGradient: passIf((_, x) => x.node.op === 'StopGradient' || x.node.op === 'Constant'),
  Add: unexpanded('Add', without(0, 'either')),
  Sub: unexpanded('Sub', without(0, 'right')),
  Mul: unexpanded('Mul', without(1, 'either')),
  Div: unexpanded('Div', without(1, 'right')),
  Pow: unexpanded('Pow', without(1, 'right')),
  Min: unexpanded('Min'),
  Max: unexpanded('Max'),
  Neg: ({ inputs: [x] }) => producer(x, 'Neg')?.inputs[0] ?? null,
  Cast: passIf(({ to }, x) => x.dtype === to),
  Clip: passIf(({ min, max }) => min === -Infinity && max === Infinity),
  Reshape: sameTo,
  Flatten: reshaped(),
  Squeeze: reshaped(),
  Unsqueeze: reshaped(),
  Transpose: transpose,
  Expand: expand,
  Concat: ({ inputs: [x, ...others] }) => (x && others.length === 0 ? x : null),
  Split: passIf(({ split }) => split.length === 1),
  Slice: passIf(({ starts, ends, axes, steps }, x) =>
    axes.every((axis, i) => steps[i] === 1 && sliceLength(x.shape[axis] ?? 0, starts[i] ?? 0, ends[i] ?? 0, 1) === x.shape[axis]),
  ),
  Pad: passIf(({ pads }) => pads.every((pad) => pad === 0)),
  Tile: passIf(({ repeats }) => repeats.every((count) => count === 1)),
  ReduceSum: reduction(),
  ReduceMean: reduction(),
  ReduceMax: reduction(),
  ReduceMin: reduction(),
}
