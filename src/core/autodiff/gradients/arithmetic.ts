// Gradients of element-by-element arithmetic.
import { sizeOf } from '../../tensor/tensor.ts'
import { and, cast, cos, div, equal, greater, greaterOrEqual, less, log } from '../../graph/build.ts'
import { mul, neg, pow, round, sign, sin, sub, where } from '../../graph/build.ts'
import type { arithmetic as family } from '../../graph/ops/arithmetic.ts'
import type { Attributes, OpType } from '../../graph/ops/index.ts'
import type { Value } from '../../graph/value.ts'
import { none } from '../rule.ts'
import type { GradientRule, GradientRules, Site } from '../rule.ts'
import { unbroadcast, unexpanded } from './broadcast.ts'

/** A rule for two operands from the gradients before broadcasting is reversed. */
function binary<Op extends OpType>(rule: (site: Site<Op>) => readonly [Value, Value | null]): GradientRule<Op> {
  return (site) => rule(site).map((g, i) => g && unbroadcast(g, (i === 0 ? site.x[0] : site.x[1]).shape))
}

/** dy where the predicate holds between the operands, half of it where they tie (as PyTorch's maximum and minimum), else 0. */
function share(dy: Value, a: Value, b: Value, wins: (a: Value, b: Value) => Value): [Value, Value] {
  const da = where(equal(a, b), mul(dy, 0.5), where(wins(a, b), dy, 0))
  return [da, sub(dy, da)]
}

/** The exponent if it is one number for all elements. */
function constantExponent({ node, shape }: Value): number | undefined {
  if (node.op !== 'Constant' || sizeOf(shape) !== 1) return undefined
  return Number((node.attributes as Attributes<'Constant'>).value.data[0])
}

/** A constant exponent costs no logarithm and keeps the gradient finite at 0 where it is; zero to the power of zero counts as constant. */
function power({ x: [a, b], y, dy }: Site<'Pow'>): [Value, Value | null] {
  const p = constantExponent(b)
  if (p === 1) return [dy, null]
  if (p === 2) return [mul(dy, mul(a, 2)), null]
  if (p !== undefined) return [mul(dy, p === 0 ? mul(a, 0) : mul(pow(a, p - 1), p)), null]
  const da = where(equal(b, 0), 0, mul(mul(dy, b), pow(a, sub(b, 1))))
  const db = where(and(equal(a, 0), greaterOrEqual(b, 0)), 0, mul(mul(dy, y), log(a)))
  return [da, db]
}

export const arithmetic: GradientRules<keyof typeof family> = {
  Add: binary(({ dy }) => [dy, dy]),
  Sub: ({ x: [a, b], dy }) => [unbroadcast(dy, a.shape), neg(unbroadcast(dy, b.shape))],
  Mul: binary(({ x: [a, b], dy }) => [mul(unexpanded(dy, b), b), mul(unexpanded(dy, a), a)]),
  Div: binary(({ x: [, b], y, dy }) => {
    const da = div(unexpanded(dy, b), b)
    return [da, neg(mul(da, y))]
  }),
  Pow: binary(power),
  Min: binary(({ x: [a, b], dy }) => share(dy, a, b, less)),
  Max: binary(({ x: [a, b], dy }) => share(dy, a, b, greater)),
  // A mod B = A - B * q with a whole number q, which both kinds of remainder agree to treat as constant.
  Mod: binary(({ x: [a, b], y, dy }) => [dy, neg(mul(dy, round(div(sub(a, y), b))))]),

  Equal: none,
  Greater: none,
  Less: none,
  GreaterOrEqual: none,
  LessOrEqual: none,
  And: none,
  Or: none,
  Not: none,
  Where: ({ x: [condition, a, b], dy }) => [
    null,
    unbroadcast(where(condition, dy, 0), a.shape),
    unbroadcast(where(condition, 0, dy), b.shape),
  ],

  Neg: ({ dy }) => [neg(dy)],
  // 0 at 0, as PyTorch.
  Abs: ({ x: [a], dy }) => [mul(dy, sign(a))],
  Sign: none,
  Exp: ({ y, dy }) => [mul(dy, y)],
  Log: ({ x: [a], dy }) => [div(dy, a)],
  Sqrt: ({ y, dy }) => [div(dy, mul(y, 2))],
  Reciprocal: ({ y, dy }) => [neg(mul(dy, mul(y, y)))],
  Floor: none,
  Ceil: none,
  Round: none,
  Sin: ({ x: [a], dy }) => [mul(dy, cos(a))],
  Cos: ({ x: [a], dy }) => [neg(mul(dy, sin(a)))],
  Identity: ({ dy }) => [dy],
  StopGradient: none,
  After: ({ dy }) => [dy],
  Cast: ({ x: [a], dy }) => [cast(dy, a.dtype)],
}
