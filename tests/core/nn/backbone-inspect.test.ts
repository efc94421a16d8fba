// What an inspection concludes: how a network can be used, what it was trained to see, what it scores.
import { expect, test } from 'vitest'
import * as g from '../../../src/core/graph/build.ts'
import { constant, input } from '../../../src/core/graph/apply.ts'
import { readOnnx } from '../../../src/core/graph/onnx/read.ts'
import { symbolicBatch, writeOnnx } from '../../../src/core/graph/onnx/write.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { inspectModel } from '../../../src/core/nn/backbone-inspect.ts'
import type { ModelReport } from '../../../src/core/nn/backbone-inspect.ts'
import { tensor } from '../../../src/core/tensor/tensor.ts'

const filter = (out: number, from: number): Value =>
  constant(
    tensor(
      'float32',
      [out, from, 3, 3],
      Array.from({ length: out * from * 9 }, (_, i) => ((i * 7) % 11) / 11 - 0.5),
    ),
  )
const perChannel = (values: readonly number[]): Value => constant(tensor('float32', [1, 3, 1, 1], values))

function inspect(body: (image: Value) => Value, output = 'features', metadata: Record<string, string> = {}): ModelReport {
  const image = input('image', { dtype: 'float32', shape: [symbolicBatch, 3, 32, 32] })
  const result = body(image)
  return inspectModel(readOnnx(writeOnnx({ inputs: { image }, outputs: { [output]: result }, batch: 'N', metadata })))
}

const pooled = (x: Value): Value => g.flatten(g.globalAveragePool(x))
const convolved = (x: Value): Value => pooled(g.relu(g.conv(x, filter(8, 3))))
const scored = (x: Value, classes: number): Value =>
  g.gemm(
    convolved(x),
    constant(
      tensor(
        'float32',
        [classes, 8],
        Array.from({ length: classes * 8 }, (_, i) => (i % 5) - 2),
      ),
    ),
    null,
    { transB: 1 },
  )

test('a network without anything to train can be stood on, and it is said why no more', () => {
  const report = inspect((x) => pooled(g.averagePool(x, { kernel_shape: [2, 2], strides: [2, 2] })))
  expect(report).toMatchObject({ use: 'frozen', trainable: false, problems: ['no stored tensor is a parameter that can be trained'] })
  expect(report.backbone).toMatchObject({ width: 3 })
  expect(inspect(convolved)).toMatchObject({ use: 'all', trainable: true, problems: [] })
})

test('classes are those of the scores; features have none', () => {
  expect(inspect(convolved).backbone?.classes).toBeNull()
  expect(inspect((x) => scored(x, 10), 'logits').backbone).toMatchObject({ classes: 10, width: 8 })
})

test.each<[string, ModelReport, ModelReport['pixels']]>([
  ['the file’s own word', inspect(convolved, 'features', { normalize: 'symmetric' }), { normalize: 'symmetric', reason: 'said' }],
  [
    'ImageNet’s mean inside',
    inspect((x) => convolved(g.sub(x, perChannel([0.485, 0.456, 0.406])))),
    { normalize: 'unit', reason: 'inside' },
  ],
  [
    'a mean of bytes inside',
    inspect((x) => convolved(g.sub(x, perChannel([123.675, 116.28, 103.53])))),
    { normalize: null, reason: 'inside-bytes' },
  ],
  [
    'a division by 255 inside',
    inspect((x) => convolved(g.div(x, perChannel([255, 255, 255])))),
    { normalize: null, reason: 'inside-bytes' },
  ],
  ['another arithmetic inside', inspect((x) => convolved(g.mul(x, perChannel([3, 2, 1])))), { normalize: null, reason: 'inside-other' }],
  ['TensorFlow’s 1001 classes', inspect((x) => scored(x, 1001), 'logits'), { normalize: 'symmetric', reason: 'tensorflow' }],
  ['nothing', inspect(convolved), { normalize: 'imagenet', reason: 'usual' }],
])('pixels, by %s', (_, { pixels }, expected) => {
  expect(pixels).toEqual(expected)
})
