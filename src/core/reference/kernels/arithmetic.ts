// Arithmetic, comparison and logic, element by element.
import type { OpType } from '../../graph/ops/index.ts'
import { largestHalf, sameShape } from '../../tensor/tensor.ts'
import type { HostTensor, Shape, TensorType } from '../../tensor/tensor.ts'
import { isInteger, numbers, pick, store, zeros } from '../kernel.ts'
import type { Kernel, KernelContext } from '../kernel.ts'
import { broadcastOffsets } from '../strided.ts'

/** A kernel that applies `f` to each element. */
export function unary<Op extends OpType>(f: (x: number) => number): Kernel<Op> {
  return ({ type }, x) => [mapped(x, type, f)]
}

export function mapped(x: HostTensor, type: TensorType, f: (x: number) => number): HostTensor {
  const [from, out] = [numbers(x), zeros(type)]
  for (let i = 0; i < out.length; i++) out[i] = f(from[i]!)
  return store(type, out)
}

/** A kernel that applies `f` to each pair of elements. */
export function binary<Op extends OpType>(f: (a: number, b: number) => number): Kernel<Op> {
  return ({ type }, a, b) => [paired(a, b, type, f)]
}

export function paired(a: HostTensor, b: HostTensor, type: TensorType, f: (a: number, b: number) => number): HostTensor {
  const [x, y, out] = [numbers(a), numbers(b), zeros(type)]
  const same = sameShape(a.shape, b.shape)
  const i = same ? null : broadcastOffsets(a.shape, type.shape)
  const j = same ? null : broadcastOffsets(b.shape, type.shape)
  for (let k = 0; k < out.length; k++) out[k] = f(x[i ? i[k]! : k]!, y[j ? j[k]! : k]!)
  return store(type, out)
}

/** Compares the stored elements themselves, so that int64 is exact. */
function predicate<Op extends OpType>(holds: (a: number | bigint, b: number | bigint) => boolean): Kernel<Op> {
  return ({ type: { shape } }, a, b) => {
    const [x, y] = [broadcast(a, shape).data, broadcast(b, shape).data]
    return [{ dtype: 'bool', shape, data: Uint8Array.from({ length: x.length }, (_, i) => (holds(x[i]!, y[i]!) ? 1 : 0)) }]
  }
}

function broadcast(x: HostTensor, shape: Shape): HostTensor {
  return sameShape(x.shape, shape) ? x : pick(x, { dtype: x.dtype, shape }, broadcastOffsets(x.shape, shape))
}

function where({ type }: KernelContext<'Where'>, condition: HostTensor, x: HostTensor, y: HostTensor): HostTensor[] {
  const chosen = numbers(broadcast(condition, type.shape))
  const [yes, no] = [broadcast(x, type.shape).data, broadcast(y, type.shape).data]
  const out = no.slice()
  for (let i = 0; i < out.length; i++) if (chosen[i]) out[i] = yes[i]!
  return [{ ...type, data: out }] as HostTensor[]
}

function pow(a: number, b: number): number {
  // C's pow(1, NaN) and pow(1, Infinity) are 1, JavaScript's are not.
  return a === 1 ? 1 : a ** b
}

function remainder(a: number, b: number): number {
  const r = a % b
  return r !== 0 && r < 0 !== b < 0 ? r + b : r
}

function roundHalfToEven(x: number): number {
  const low = Math.floor(x)
  const fraction = x - low
  return fraction > 0.5 || (fraction === 0.5 && low % 2 !== 0) ? low + 1 : low
}

function saturated(x: number): number {
  return Math.max(-largestHalf, Math.min(largestHalf, x))
}

const pass = (_: unknown, x: HostTensor): HostTensor[] => [x]

export const arithmetic = {
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: ({ type }, a, b) => [paired(a, b, type, isInteger(type) ? (x, y) => Math.trunc(x / y) : (x, y) => x / y)],
  Pow: binary(pow),
  Min: binary(Math.min),
  Max: binary(Math.max),
  Mod: ({ type, attributes }, a, b) => [paired(a, b, type, attributes.fmod ? (x, y) => x % y : remainder)],
  Equal: predicate((a, b) => a === b),
  Greater: predicate((a, b) => a > b),
  Less: predicate((a, b) => a < b),
  GreaterOrEqual: predicate((a, b) => a >= b),
  LessOrEqual: predicate((a, b) => a <= b),
  And: binary((a, b) => a & b),
  Or: binary((a, b) => a | b),
  Not: unary((x) => 1 - x),
  Where: where,
  Neg: unary((x) => -x),
  Abs: unary(Math.abs),
  Sign: unary(Math.sign),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Sqrt: unary(Math.sqrt),
  Reciprocal: unary((x) => 1 / x),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundHalfToEven),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Identity: pass,
  StopGradient: pass,
  After: pass,
  Cast: ({ type }, x) => [x.dtype === type.dtype ? x : mapped(x, type, type.dtype === 'float16' ? saturated : (v) => v)],
} satisfies { [Op in OpType]?: Kernel<Op> }
