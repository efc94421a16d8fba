// Own cases of arithmetic, comparison, logic and activation.
import * as g from '../../../src/core/graph/build.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import type { Draw, OperatorCase } from './case.ts'

type Operands = (draw: Draw) => [Value, Value]

const shapes: readonly (readonly [name: string, a: readonly number[], b: readonly number[]])[] = [
  ['same shape', [3, 5], [3, 5]],
  ['row', [2, 3, 7], [7]],
  ['both ways', [4, 1, 3], [2, 1]],
  ['scalar', [2, 3], []],
  ['empty', [0, 3], [1, 3]],
]

function broadcasts(name: string, build: (a: Value, b: Value) => Value, operands?: (a: number[], b: number[]) => Operands): OperatorCase[] {
  const normal = (a: number[], b: number[]): Operands => (draw) => [draw.normal(...a), draw.normal(...b)] // prettier-ignore
  return shapes.map(([kind, a, b]) => {
    const drawn = (operands ?? normal)([...a], [...b])
    return { name: `${name}, ${kind}`, build: (draw) => build(...drawn(draw)) }
  })
}

const positive = (a: number[], b: number[]): Operands => (draw) => [draw.uniform(0.2, 3, ...a), draw.uniform(0.5, 2, ...b)] // prettier-ignore
const tied = (a: number[], b: number[]): Operands => (draw) => [draw.tied(...a), draw.tied(...b)] // prettier-ignore
const integers =
  (dtype: 'int32' | 'int64', low = -9) =>
  (a: number[], b: number[]): Operands =>
  (draw) => [draw.integers(dtype, -20, 20, ...a), draw.integers(dtype, low, 9, ...b)]
const bools = (a: number[], b: number[]): Operands => (draw) => [draw.bool(...a), draw.bool(...b)] // prettier-ignore

const unary = (name: string, build: (x: Value) => Value, x: (draw: Draw) => Value = (draw) => draw.normal(4, 9)): OperatorCase => ({
  name,
  build: (draw) => build(x(draw)),
})
/** -40 to 40, zero and halves included. */
const wide = (draw: Draw): Value => draw.given('real', [161], Array.from({ length: 161 }, (_, i) => (i - 80) / 2)) // prettier-ignore
/** What is exact, ties on both sides of an even neighbour, subnormal, the edge of the range, and beyond. */
const halves = [
  ...[0, -0, 1 / 3, -0.1, 1e-3, 2048, 2049, 2051, -2049, 1 + 2 ** -11, 1 + 3 * 2 ** -11],
  ...[2 ** -14, 2 ** -15, 2 ** -24, 1.5 * 2 ** -24, 2 ** -25, 1.01 * 2 ** -25, -5e-8, 1e-10],
  ...[65504, 65519, 65520, -65536, 1e5, -1e30, Infinity, -Infinity, NaN],
]
const above = (draw: Draw): Value => draw.uniform(0.01, 5, 4, 9)

export const elementwise: readonly OperatorCase[] = [
  ...broadcasts('Add', g.add),
  ...broadcasts('Sub', g.sub),
  ...broadcasts('Mul', g.mul),
  ...broadcasts('Div', g.div, positive),
  ...broadcasts('Div int32', g.div, integers('int32', 1)),
  ...broadcasts('Pow', g.pow, positive),
  unary('Pow by 2 of negative numbers', (x) => g.pow(x, 2)),
  ...broadcasts('Min', g.min),
  ...broadcasts('Max', g.max),
  ...broadcasts('Mod int32', (a, b) => g.mod(a, b), integers('int32', 1)),
  ...broadcasts('Mod int64', (a, b) => g.mod(a, b), integers('int64', 1)),
  ...broadcasts('Mod fmod', (a, b) => g.mod(a, b, 1), positive),
  ...broadcasts('Equal', g.equal, tied),
  ...broadcasts('Equal int64', g.equal, integers('int64')),
  ...broadcasts('Greater', g.greater, tied),
  ...broadcasts('Less', g.less, tied),
  ...broadcasts('GreaterOrEqual', g.greaterOrEqual, tied),
  ...broadcasts('LessOrEqual', g.lessOrEqual, tied),
  ...broadcasts('And', g.and, bools),
  ...broadcasts('Or', g.or, bools),
  { name: 'Not', build: (draw) => g.not(draw.bool(3, 4)) },
  { name: 'Where', build: (draw) => g.where(draw.bool(2, 1, 4), draw.normal(3, 1), draw.normal(4)) },
  { name: 'Where int64', build: (draw) => g.where(draw.bool(3), draw.integers('int64', -5, 5, 2, 3), draw.integers('int64', 6, 9, 1)) },
  unary('Neg', g.neg),
  unary('Abs', g.abs),
  unary('Sign', g.sign, wide),
  unary('Exp', g.exp),
  unary('Log', g.log, above),
  unary('Sqrt', g.sqrt, above),
  unary('Reciprocal', g.reciprocal, above),
  unary('Floor', g.floor, wide),
  unary('Ceil', g.ceil, wide),
  unary('Round', g.round, wide),
  unary('Sin', g.sin),
  unary('Cos', g.cos),
  unary('Identity', g.identity),
  unary('StopGradient', g.stopGradient),
  { name: 'After', build: (draw) => g.after(draw.normal(2, 3), [draw.normal(4), draw.integers('int32', 0, 9, 2)]) },
  unary('Relu', g.relu, wide),
  { name: 'ReluGradient', build: (draw) => g.reluGradient(draw.normal(4, 40), g.relu(draw.tied(4, 40))) },
  {
    name: 'ReluGradient of a Clip to 0..6, as the rule writes it',
    build: (draw: Draw): Value => {
      const y = g.clip(wide(draw), 0, 6)
      return g.reluGradient(draw.normal(161), g.mul(y, g.sub(6, y)))
    },
  },
  unary('LeakyRelu', (x) => g.leakyRelu(x, 0.2), wide),
  { name: 'PRelu, slope a channel', build: (draw) => g.pRelu(draw.normal(2, 3, 4, 5), draw.normal(3, 1, 1)) },
  unary('Elu', (x) => g.elu(x, 1.3)),
  unary('Clip', (x) => g.clip(x, -0.5, 0.7)),
  unary('Clip above only', (x) => g.clip(x, undefined, 6), wide),
  unary('Sigmoid', g.sigmoid, wide),
  unary('HardSigmoid', (x) => g.hardSigmoid(x, 0.3, 0.4), wide),
  unary('HardSwish', g.hardSwish, wide),
  unary('Tanh', g.tanh, wide),
  unary('Softplus', g.softplus, wide),
  unary('Erf', g.erf, wide),
  unary('Gelu', (x) => g.gelu(x), wide),
  unary('Gelu tanh', (x) => g.gelu(x, 'tanh'), wide),
  { name: 'Cast to int64', build: (draw) => g.cast(wide(draw), 'int64') },
  { name: 'Cast to bool', build: (draw) => g.cast(wide(draw), 'bool') },
  { name: 'Cast from bool', build: (draw) => g.cast(draw.bool(3, 4), 'float32') },
  { name: 'Cast int32 to float64', build: (draw) => g.cast(draw.integers('int32', -9, 9, 5), 'float64') },
  {
    // To the last bit: every engine rounds to the nearest, ties to even, has subnormal numbers, and cuts off what is too large.
    name: 'Cast to float16 and back',
    tolerance: { relative: 0, absolute: 0 },
    build: (draw: Draw): Value[] => {
      const half = g.cast(draw.given('float32', [halves.length], halves), 'float16')
      return [
        g.cast(half, 'float32'),
        g.cast(g.after(half, [draw.normal(3)]), 'float32'),
        g.cast(g.cast(draw.normal(9, 8), 'float16'), 'float32'),
      ]
    },
  },
  {
    name: 'Cast of a Clip to float16 and back',
    tolerance: { relative: 0, absolute: 0 },
    build: (draw) => g.cast(g.cast(g.clip(wide(draw), 0, 6), 'float16'), 'float32'),
  },
  { name: 'Cast uint8 to float32', build: (draw) => g.cast(draw.integers('uint8', 0, 255, 5), 'float32') },
]
