// What is differentiated and what is left alone; choices at kinks and ties.
import { describe, expect, it } from 'vitest'
import { differentiate } from '../../../src/core/autodiff/differentiate.ts'
import * as b from '../../../src/core/graph/build.ts'
import { topological } from '../../../src/core/graph/value.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import { evaluateAt } from './evaluate.ts'

const leaf = (name: string, ...shape: number[]): Value => b.input(name, { dtype: 'float64', shape })

/** Gradient of sum(f(x)) at the given vectors, one row a vector. */
function gradientAt(f: (...x: Value[]) => Value, ...points: number[][]): number[][] {
  const x = points.map((values, i) => leaf(`x${i}`, values.length))
  const point = points.map((values) => tensor('float64', [values.length], values))
  return evaluateAt(differentiate(b.reduceSum(f(...x)), x), x, point).map(toNumbers)
}

describe('differentiate', () => {
  it('adds up all uses and gives intermediate values their own gradient', () => {
    const x = leaf('x', 2)
    const square = b.mul(x, x)
    const loss = b.reduceSum(b.mul(square, b.add(square, x)))
    const gradients = evaluateAt(differentiate(loss, [square, x, loss]), [x], [tensor('float64', [2], [2, -1])])
    // d/ds (s^2 + s x) = 2 s + x; d/dx (x^4 + x^3) = 4 x^3 + 3 x^2.
    expect(gradients.map(toNumbers)).toEqual([[10, 1], [44, -1], [1]]) // prettier-ignore
  })

  it('does not visit a frozen prefix or what lies before a StopGradient', () => {
    const [image, frozen, w] = [leaf('image', 1, 2, 8, 8), leaf('frozen', 4, 2, 3, 3), leaf('w', 3, 4, 3, 3)]
    const feature = b.relu(b.conv(image, frozen))
    const y = b.conv(feature, w)
    const target = b.stopGradient(b.softmax(b.conv(feature, w), 1))
    const backward = (loss: Value, wrt: Value[]): string[] => {
      const forward = new Set(topological([loss]))
      return topological(differentiate(loss, wrt)).flatMap((node) => (forward.has(node) ? [] : [node.op]))
    }
    const operators = backward(b.reduceSum(b.mul(y, target)), [w])
    expect(operators.filter((op) => op.startsWith('Conv'))).toEqual(['ConvFilterGradient'])
    expect(operators).not.toContain('ReluGradient')
    expect(backward(b.reduceSum(target), [w])).toEqual(['Constant', 'Expand'])
  })

  it('gives zeros where there is no influence', () => {
    expect(gradientAt((x, y) => b.add(b.floor(x), b.mul(y, b.cast(b.greater(x, y), y.dtype))), [1.5, 2.5], [1, 3])).toEqual([
      [0, 0],
      [1, 0],
    ])
  })

  it('walks chains of many thousand nodes without recursion or waste', () => {
    const x0 = leaf('x', 2)
    let x = x0
    for (let i = 0; i < 10_000; i++) x = b.add(b.mul(x, 0.5), x0)
    const forward = topological([x]).length
    expect(topological(differentiate(b.reduceSum(x), [x0])).length).toBeLessThan(1.5 * forward)
  })

  it('says what cannot be differentiated', () => {
    const x = leaf('x', 2, 3)
    expect(() => differentiate(x, [x])).toThrow('only a real scalar can be differentiated, found float64[2, 3]')
    expect(() => differentiate(b.reduceSum(b.argMax(x, 1)), [x])).toThrow('only a real scalar')
    expect(() => differentiate(b.reduceSum(x), [b.argMax(x, 1)])).toThrow('found int64[2, 1] of ArgMax')
    const { mean } = b.batchNormalizationTraining(x, leaf('scale', 3), leaf('b', 3))
    expect(() => differentiate(b.reduceSum(mean), [x])).toThrow('BatchNormalizationTraining: its batch mean and variance')
  })
})

describe('kinks and ties', () => {
  it.each<[string, (...x: Value[]) => Value, number[][], number[][]]>([
    ['Relu and Abs have slope 0 at 0', (x) => b.add(b.relu(x), b.mul(b.abs(x), 10)), [[-1, 0, 2]], [[-10, 0, 11]]],
    ['Clip has slope 0 on its bounds, as ReLU6', (x) => b.clip(x, 0, 6), [[-1, 0, 1, 6, 7]], [[0, 0, 1, 0, 0]]],
    ['Cast to less precision and back', (x) => b.cast(b.cast(b.mul(x, x), 'float32'), x.dtype), [[1, 2]], [[2, 4]]],
    ['Max shares a tie', b.max, [[1, 2, 3], [2, 2, 2]], [[0, 0.5, 1], [1, 0.5, 0]]],
    ['Min shares a tie', b.min, [[1, 2, 3], [2, 2, 2]], [[1, 0.5, 0], [0, 0.5, 1]]],
    ['ReduceMax shares a tie', (x) => b.reduceMax(x), [[4, 1, 4, 2]], [[0.5, 0, 0.5, 0]]],
    ['GlobalMaxPool chooses the first', (x) => b.globalMaxPool(b.reshape(x, [1, 1, 4])), [[1, 4, 4, 2]], [[0, 1, 0, 0]]],
    ['MaxPool chooses the first', (x) => b.maxPool(b.reshape(x, [1, 1, 4]), { kernel_shape: [4] }), [[3, 3, 3, 3]], [[1, 0, 0, 0]]],
    ['Pow is finite at 0', (x) => b.add(b.pow(x, 2), b.add(b.pow(x, 1), b.pow(x, 3))), [[0]], [[1]]],
    ['Pow with a varying exponent is finite at 0', b.pow, [[0, 0], [2, 0]], [[0, 0], [0, 0]]],
    ['LogSoftmax survives large logits', (x) => b.slice(b.logSoftmax(x), [0], [1]), [[-1000, 1000]], [[1, -1]]],
  ])('%s', (_, f, points, expected) => {
    // + 0 turns -0 into 0.
    expect((gradientAt(f, ...points)).map((row) => row.map((g) => g + 0))).toEqual(expected)
  }) // prettier-ignore
})
