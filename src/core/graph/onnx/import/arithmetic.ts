// Importers of arithmetic, comparison and logic.
import * as g from '../../build.ts'
import type { Operand } from '../../build/elementwise.ts'
import type { Value } from '../../value.ts'
import { OnnxError } from '../errors.ts'
import { dtypeOf, typeName } from '../tensor-proto.ts'
import { row } from './reader.ts'
import type { Importer, NodeReader } from './reader.ts'

function unary(build: (x: Value) => Value): Importer {
  return row((n) => build(n.input(0)))
}

function binary(build: (a: Operand, b: Operand) => Value): Importer {
  return row((n) => build(n.input(0), n.input(1)))
}

/** Any number of operands, two at a time. */
function variadic(build: (a: Value, b: Value) => Value): Importer {
  return row((n) => all(n).reduce(build))
}

function all(n: NodeReader): Value[] {
  if (n.inputs.length === 0) throw new OnnxError('expected at least one input, found none')
  return n.all()
}

function castTo(n: NodeReader): Value {
  const to = n.number('to')
  const dtype = dtypeOf(to)
  if (!dtype) throw new OnnxError(`attribute to: ${typeName(to)} is not supported`)
  return g.cast(n.input(0), dtype)
}

export const arithmetic = {
  Add: binary(g.add),
  Sub: binary(g.sub),
  Mul: binary(g.mul),
  Div: binary(g.div),
  /** The exponent may have another type. */
  Pow: row((n) => g.pow(n.input(0), g.cast(n.input(1), n.input(0).dtype))),
  Mod: row((n) => g.mod(n.input(0), n.input(1), n.flag('fmod', 0)), 'fmod'),
  Min: variadic(g.min),
  Max: variadic(g.max),
  Sum: variadic(g.add),
  Mean: row((n) => g.div(all(n).reduce(g.add), n.inputs.length)),
  Equal: binary(g.equal),
  Greater: binary(g.greater),
  Less: binary(g.less),
  GreaterOrEqual: binary(g.greaterOrEqual),
  LessOrEqual: binary(g.lessOrEqual),
  And: binary(g.and),
  Or: binary(g.or),
  Xor: row((n) => g.not(g.equal(n.input(0), n.input(1)))),
  Not: unary(g.not),
  Where: row((n) => g.where(n.input(0), n.input(1), n.input(2))),
  Neg: unary(g.neg),
  Abs: unary(g.abs),
  Sign: unary(g.sign),
  Exp: unary(g.exp),
  Log: unary(g.log),
  Sqrt: unary(g.sqrt),
  Reciprocal: unary(g.reciprocal),
  Floor: unary(g.floor),
  Ceil: unary(g.ceil),
  Round: unary(g.round),
  Sin: unary(g.sin),
  Cos: unary(g.cos),
  IsNaN: unary((x) => g.not(g.equal(x, x))),
  Identity: unary((x) => x),
  Cast: row(castTo, 'to', 'saturate'),
  CastLike: row((n) => g.cast(n.input(0), n.input(1).dtype), 'saturate'),
}
