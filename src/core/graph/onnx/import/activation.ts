// Importers of activation functions and softmax.
import * as g from '../../build.ts'
import type { Value } from '../../value.ts'
import { row } from './reader.ts'
import type { Importer, NodeReader } from './reader.ts'

function unary(build: (x: Value) => Value): Importer {
  return row((n) => build(n.input(0)))
}

/** Bounds: attributes before opset 11, inputs since. */
function clip(n: NodeReader): Value {
  const low = n.opset < 11 ? n.number('min', -Infinity) : n.constant(1)?.[0]
  const high = n.opset < 11 ? n.number('max', Infinity) : n.constant(2)?.[0]
  return g.clip(n.input(0), low, high)
}

/** Since opset 13 along one axis; before over all axes from `axis` on, taken as one. */
function softmax(build: (x: Value, axis: number) => Value): Importer {
  return row((n) => {
    const x = n.input(0)
    const rank = x.shape.length
    const axis = n.number('axis', n.opset < 13 ? 1 : -1)
    if (n.opset >= 13 || axis === rank - 1 || axis === -1) return build(x, axis)
    return g.reshape(build(g.flatten(x, axis), 1), x.shape)
  }, 'axis')
}

export const activation = {
  Relu: unary(g.relu),
  LeakyRelu: row((n) => g.leakyRelu(n.input(0), n.number('alpha', 0.01)), 'alpha'),
  PRelu: row((n) => g.pRelu(n.input(0), n.input(1))),
  Elu: row((n) => g.elu(n.input(0), n.number('alpha', 1)), 'alpha'),
  /** gamma * (X where X > 0, else alpha * (exp(X) - 1)). */
  Selu: row(
    (n) => {
      const [alpha, gamma] = [n.number('alpha', 1.6732632423543772), n.number('gamma', 1.0507009873554805)]
      return g.mul(g.elu(n.input(0), alpha), gamma)
    },
    'alpha',
    'gamma',
  ),
  Clip: row(clip, 'min', 'max'),
  Sigmoid: unary(g.sigmoid),
  HardSigmoid: row((n) => g.hardSigmoid(n.input(0), n.number('alpha', 0.2), n.number('beta', 0.5)), 'alpha', 'beta'),
  HardSwish: unary(g.hardSwish),
  /** X * sigmoid(alpha * X). */
  Swish: row((n) => g.mul(n.input(0), g.sigmoid(g.mul(n.input(0), n.number('alpha', 1)))), 'alpha'),
  /** X * tanh(softplus(X)). */
  Mish: unary((x) => g.mul(x, g.tanh(g.softplus(x)))),
  Tanh: unary(g.tanh),
  Softplus: unary(g.softplus),
  Softsign: unary((x) => g.div(x, g.add(g.abs(x), 1))),
  Erf: unary(g.erf),
  Gelu: row((n) => g.gelu(n.input(0), n.choice('approximate', ['none', 'tanh'], 'none')), 'approximate'),
  Softmax: softmax(g.softmax),
  LogSoftmax: softmax(g.logSoftmax),
}
