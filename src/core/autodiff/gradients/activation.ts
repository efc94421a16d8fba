// Gradients of activation functions. Where a function has a kink, the gradient there is PyTorch's (of ReLU6 for Clip).
import { abs, add, erf, exp, greater, hardSigmoid, min, mul, reluGradient, sigmoid, sub, tanh, where } from '../../graph/build.ts'
import type { activation as family } from '../../graph/ops/activation.ts'
import type { Value } from '../../graph/value.ts'
import type { GradientRules } from '../rule.ts'
import { unbroadcast } from './broadcast.ts'

/** A value that is positive exactly where the output lies strictly between the bounds; null if there are none. */
function inside(y: Value, low: number, high: number): Value | null {
  const above = low === -Infinity ? null : low === 0 ? y : sub(y, low)
  const below = high === Infinity ? null : sub(high, y)
  return above && below ? mul(above, below) : (above ?? below)
}

/** Derivative of X * Phi(X): Phi(X) + X * phi(X), with the normal distribution function and density. */
function geluDerivative(x: Value): Value {
  const phi = mul(exp(mul(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
  return add(mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5), mul(x, phi))
}

/** Derivative of X/2 * (1 + tanh(u)) with u = c (X + 0.044715 X^3). */
function geluTanhDerivative(x: Value): Value {
  const c = Math.sqrt(2 / Math.PI)
  const square = mul(x, x)
  const t = tanh(mul(mul(x, c), add(mul(square, 0.044715), 1)))
  const slope = mul(mul(sub(1, mul(t, t)), mul(x, 0.5 * c)), add(mul(square, 3 * 0.044715), 1))
  return add(mul(add(t, 1), 0.5), slope)
}

/** For functions that are the identity above 0 and have the given slope below. */
function rectified(x: Value, dy: Value, slope: Value | number): Value {
  return where(greater(x, 0), dy, mul(dy, slope))
}

export const activation: GradientRules<keyof typeof family> = {
  Relu: ({ y, dy }) => [reluGradient(dy, y)],
  ReluGradient: ({ x: [, y], dy }) => [reluGradient(dy, y), null],
  LeakyRelu: ({ x: [x], dy, attributes: { alpha } }) => [rectified(x, dy, alpha)],
  PRelu: ({ x: [x, slope], dy }) => [rectified(x, dy, slope), unbroadcast(mul(dy, min(x, 0)), slope.shape)],
  // alpha * exp(x) = y + alpha below 0.
  Elu: ({ x: [x], y, dy, attributes: { alpha } }) => [rectified(x, dy, add(y, alpha))],
  Clip: ({ y, dy, attributes: { min: low, max: high } }) => {
    const open = inside(y, low, high)
    return [open ? reluGradient(dy, open) : dy]
  },
  Sigmoid: ({ y, dy }) => [mul(dy, mul(y, sub(1, y)))],
  HardSigmoid: ({ y, dy, attributes: { alpha } }) => [reluGradient(mul(dy, alpha), mul(y, sub(1, y)))],
  // HardSigmoid(x), plus x / 6 where |x| < 3.
  HardSwish: ({ x: [x], dy }) => [mul(dy, add(hardSigmoid(x, 1 / 6, 0.5), reluGradient(mul(x, 1 / 6), sub(3, abs(x)))))],
  Tanh: ({ y, dy }) => [mul(dy, sub(1, mul(y, y)))],
  Softplus: ({ x: [x], dy }) => [mul(dy, sigmoid(x))],
  Erf: ({ x: [x], dy }) => [mul(dy, mul(exp(mul(x, mul(x, -1))), 2 / Math.sqrt(Math.PI)))],
  Gelu: ({ x: [x], dy, attributes: { approximate } }) => [mul(dy, approximate === 'tanh' ? geluTanhDerivative(x) : geluDerivative(x))],
}
