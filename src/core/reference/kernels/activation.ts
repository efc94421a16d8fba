// Activation functions.
import type { OpType } from '../../graph/ops/index.ts'
import type { Kernel } from '../kernel.ts'
import { binary, mapped, unary } from './arithmetic.ts'

/** The error function: a series of positive terms (Abramowitz and Stegun 7.1.6), to the last digits of float64. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x)
  let term = x
  let sum = x
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) sum += term *= (2 * x * x) / (2 * n + 1)
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))
}

function hardSigmoid(x: number, alpha: number, beta: number): number {
  return Math.max(0, Math.min(1, alpha * x + beta))
}

function gelu(x: number): number {
  return 0.5 * x * (1 + erf(x / Math.SQRT2))
}

function geluTanh(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
}

export const activation = {
  Relu: unary((x) => Math.max(x, 0)),
  ReluGradient: binary((dy, y) => (y > 0 ? dy : 0)),
  LeakyRelu: ({ type, attributes: { alpha } }, x) => [mapped(x, type, (v) => (v >= 0 ? v : alpha * v))],
  PRelu: binary((x, slope) => (x >= 0 ? x : slope * x)),
  Elu: ({ type, attributes: { alpha } }, x) => [mapped(x, type, (v) => (v >= 0 ? v : alpha * Math.expm1(v)))],
  Clip: ({ type, attributes: { min, max } }, x) => [mapped(x, type, (v) => Math.min(Math.max(v, min), max))],
  Sigmoid: unary(sigmoid),
  HardSigmoid: ({ type, attributes: { alpha, beta } }, x) => [mapped(x, type, (v) => hardSigmoid(v, alpha, beta))],
  HardSwish: unary((x) => x * hardSigmoid(x, 1 / 6, 0.5)),
  Tanh: unary(Math.tanh),
  Softplus: unary((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
  Erf: unary(erf),
  Gelu: ({ type, attributes: { approximate } }, x) => [mapped(x, type, approximate === 'tanh' ? geluTanh : gelu)],
} satisfies { [Op in OpType]?: Kernel<Op> }
