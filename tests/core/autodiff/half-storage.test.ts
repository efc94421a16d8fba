// Half-precision storage: gradients but for rounding, finite, in less memory.
import { expect, test } from 'vitest'
import { differentiate } from '../../../src/core/autodiff/differentiate.ts'
import type { Recall } from '../../../src/core/autodiff/differentiate.ts'
import { inHalf, narrowedEarly } from '../../../src/core/autodiff/half-storage.ts'
import { differentiateRecomputing } from '../../../src/core/autodiff/recompute.ts'
import * as g from '../../../src/core/graph/build.ts'
import { peakBytes } from '../../../src/core/graph/memory.ts'
import type { Program } from '../../../src/core/graph/program.ts'
import { simplify } from '../../../src/core/graph/simplify.ts'
import { topological } from '../../../src/core/graph/value.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { evaluate } from '../../../src/core/reference/evaluate.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import { Draw } from '../../conformance/operators/case.ts'

interface Network {
  readonly draw: Draw
  readonly feeds: readonly Value[]
  readonly weights: readonly Value[]
  readonly kept: readonly Value[]
  readonly loss: Value
}

/** Convolution, batch normalisation, ReLU, residuals, max-pooling, dropout and softmax; 73,728 elements a map, a quarter of that behind the pooling.
 * @returns `kept`: where every other block begins */
function network(blocks = 2): Network {
  const draw = new Draw('float32')
  const weights: Value[] = []
  const weight = (...shape: number[]): Value => {
    weights.push(draw.normal(...shape))
    return weights.at(-1)!
  }
  const image = draw.normal(4, 2, 48, 48)
  const mask = draw.given(
    'float32',
    [4, 8, 24, 24],
    Array.from({ length: 18432 }, (_, i) => (i % 3 === 0 ? 0 : 1.5)),
  )
  const layer = (x: Value): Value => {
    const convolved = g.conv(x, weight(8, x.shape[1] ?? 0, 3, 3), null, { pads: [1, 1, 1, 1] })
    return g.batchNormalizationTraining(convolved, weight(8), weight(8)).y
  }
  const kept: Value[] = []
  let x = g.relu(layer(image))
  for (let block = 0; block < blocks; block++) {
    if (block % 2 === 1) kept.push(x)
    x = g.relu(g.add(layer(g.relu(layer(x))), x))
  }
  x = g.mul(g.maxPool(x, { kernel_shape: [2, 2], strides: [2, 2] }), mask)
  const logits = g.gemm(g.reduceMean(x, [2, 3]), weight(5, 8), weight(5), { transB: 1 })
  const target = g.oneHot(draw.integers('int32', 0, 4, 4), 5)
  const loss = g.neg(g.reduceMean(g.reduceSum(g.mul(target, g.logSoftmax(logits)), [-1])))
  return { draw, feeds: [image, mask], weights, kept, loss }
}

function programOf(loss: Value, gradients: readonly Value[]): Program {
  return { feeds: {}, reads: {}, outputs: { loss }, updates: Object.fromEntries(gradients.map((value, i) => [`w${i}`, value])) }
}

function stored({ loss, weights, feeds }: Omit<Network, 'draw' | 'kept'>): Program {
  return narrowedEarly(programOf(loss, differentiate(loss, weights, inHalf(loss, feeds))))
}

function valuesOf({ outputs, updates }: Program): Value[] {
  return [...Object.values(outputs), ...Object.values(updates)]
}

/** |a - b| / |b| */
function distance(a: HostTensor, b: HostTensor): number {
  const [x, y] = [a, b].map(({ data }) => Array.from(data, Number)) as [number[], number[]]
  return Math.hypot(...x.map((value, i) => value - y[i]!)) / Math.hypot(...y)
}

test('the loss is the same to the last bit, gradients within a thousandth', () => {
  const given = network()
  const { draw, loss, weights } = given
  const [plainLoss, ...plain] = evaluate(valuesOf(programOf(loss, differentiate(loss, weights))), draw.feeds)
  const [storedLoss, ...found] = evaluate(valuesOf(stored(given)), draw.feeds)
  expect(storedLoss).toEqual(plainLoss)
  const errors = found.map((gradient, i) => distance(gradient, plain[i]!))
  expect(Math.max(...errors)).toBeLessThan(1e-3)
  expect(Math.max(...errors)).toBeGreaterThan(1e-5)
})

test('what is beyond the range of float16 leaves gradients finite', () => {
  const draw = new Draw('float32')
  const [x, w] = [draw.normal(256, 256), draw.normal(256, 4)]
  const large = g.mul(g.relu(x), 1e5)
  const loss = g.reduceMean(g.matMul(large, w))
  const [gradient] = evaluate(valuesOf(stored({ loss, weights: [w], feeds: [x] })).slice(1), draw.feeds)
  expect(Array.from(gradient!.data, Number).every((value) => Number.isFinite(value) && value > 0)).toBe(true)
})

/** Gradients of the last weights are wanted first, as by ONNX Runtime. */
function fromTheEnd({ weights, ...rest }: Network): Network {
  return { ...rest, weights: weights.toReversed() }
}

test('fewer bytes are alive at once, after simplifying too', () => {
  const given = fromTheEnd(network(8))
  const plain = programOf(given.loss, differentiate(given.loss, given.weights))
  const half = stored(given)
  // Narrow copies that are made late save nothing: the wide ones wait for them.
  const late = programOf(given.loss, differentiate(given.loss, given.weights, inHalf(given.loss, given.feeds)))
  expect(peakBytes(half)).toBeLessThan(0.75 * peakBytes(plain))
  expect(peakBytes(simplify(half))).toBeLessThan(0.75 * peakBytes(simplify(plain)))
  expect(peakBytes(late)).toBeGreaterThan(0.9 * peakBytes(plain))
})

test('each use has a wide copy of its own, which does not wait for the next where the gradients of weights are computed last', () => {
  const given = network(8)
  const plain = programOf(given.loss, differentiate(given.loss, given.weights))
  expect(peakBytes(simplify(stored(given)))).toBeLessThan(0.8 * peakBytes(simplify(plain)))
})

test('it adds to recomputing, whose kept values stay as they are', () => {
  const { draw, loss, weights, kept, feeds } = fromTheEnd(network())
  const again = (recall?: Recall): Program => programOf(loss, differentiateRecomputing(loss, weights, kept, recall))
  const half = narrowedEarly(again(inHalf(loss, feeds)))
  expect(peakBytes(half)).toBeLessThan(0.9 * peakBytes(again()))
  const narrowed = topological(valuesOf(half)).flatMap(({ op, outputs, inputs: [x] }) =>
    op === 'Cast' && outputs[0]?.dtype === 'float16' ? [x] : [],
  )
  expect(narrowed.length).toBeGreaterThan(0)
  expect(narrowed.filter((value) => value && kept.includes(value))).toEqual([])
  const plain = evaluate(valuesOf(again()), draw.feeds)
  evaluate(valuesOf(half), draw.feeds).forEach((value, i) => expect(distance(value, plain[i]!)).toBeLessThan(1e-3))
})

test('weights, what is made of weights alone, feeds and small values are read as they are', () => {
  const draw = new Draw('float32')
  const [x, w, v] = [draw.normal(256, 300), draw.normal(300, 300), draw.normal(300, 2)]
  const hidden = g.matMul(x, g.tanh(w))
  const loss = g.reduceMean(g.sigmoid(g.matMul(hidden, v)))
  const casts = topological(valuesOf(stored({ loss, weights: [w, v], feeds: [x] }))).filter(
    ({ outputs: [y], op }) => op === 'Cast' && y?.dtype === 'float16',
  )
  expect(casts.map(({ inputs }) => inputs[0])).toEqual([hidden])
})

test('nothing is computed in float16', () => {
  const x = g.cast(new Draw('float32').normal(3), 'float16')
  expect(() => g.relu(x)).toThrow('Relu(float16[3]): expected a type to compute with, found float16[3]; a Cast makes float32 of it')
  expect(() => g.reshape(x, [3, 1])).toThrow('float16')
  expect(() => g.cast(x, 'int32')).toThrow('expected float32 beside float16')
})
