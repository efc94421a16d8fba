// A small training step with everything that training uses: convolutions (strided and depthwise too), batch statistics, pooling, matrix products, a loss,
// gradients, momentum.
import { differentiate } from '../../core/autodiff/differentiate.ts'
import * as g from '../../core/graph/build.ts'
import type { Engine, Program } from '../../core/graph/program.ts'
import type { Value } from '../../core/graph/value.ts'
import { crossEntropy } from '../../core/nn/losses.ts'
import { momentumOf, sgd } from '../../core/nn/optimiser.ts'
import { ProgramBuilder } from '../../core/nn/program-builder.ts'
import { Random } from '../../core/tensor/random.ts'
import { sizeOf, tensor } from '../../core/tensor/tensor.ts'
import type { HostTensor, Shape } from '../../core/tensor/tensor.ts'

export interface TrainingProblem {
  readonly program: Program
  readonly initial: Readonly<Record<string, HostTensor>>
  readonly feeds: Readonly<Record<string, HostTensor>>
  /** Names of the weights that are trained. */
  readonly weights: readonly string[]
  readonly batch: number
}

export interface ProblemSize {
  readonly batch: number
  /** Edge of the images, pixels. */
  readonly size: number
  /** Channels of each block; the first one brings the image to a quarter of its edge, each other one halves it. */
  readonly widths: readonly number[]
}

const classes = 10
/** Large enough for a gradient that is missing to be seen in the weights. */
const rate = 0.5

/** The same numbers every time. */
export function trainingProblem({ batch, size, widths }: ProblemSize): TrainingProblem {
  const random = new Random(1)
  const initial: Record<string, HostTensor> = {}
  const weights: string[] = []
  const add = (name: string, shape: Shape, deviation: number, mean = 0): void => {
    const values = Array.from({ length: sizeOf(shape) }, () => random.normal(mean, deviation))
    initial[name] = tensor('float32', shape, values)
    initial[momentumOf(name)] = tensor('float32', shape)
    weights.push(name)
  }
  for (const [i, width] of widths.entries()) {
    const channels = widths[i - 1] ?? 3
    add(`conv${i}`, [width, channels, 3, 3], Math.sqrt(2 / (channels * 9)))
    add(`scale${i}`, [width], 0.1, 1)
    add(`shift${i}`, [width], 0.1)
    if (i === 0) continue
    add(`depthwise${i}`, [width, 1, 3, 3], Math.sqrt(2 / 9))
    add(`depthwiseScale${i}`, [width], 0.1, 1)
    add(`depthwiseShift${i}`, [width], 0.1)
  }
  const last = widths.at(-1) ?? 3
  add('hidden', [last, last], Math.sqrt(1 / last))
  add('hiddenBias', [last], 0.1)
  add('classifier', [classes, last], Math.sqrt(1 / last))

  const builder = new ProgramBuilder(initial)
  const images = builder.feed('images', { dtype: 'float32', shape: [batch, 3, size, size] })
  const labels = builder.feed('labels', { dtype: 'int32', shape: [batch] })
  const normalized = (x: Value, scale: string, shift: string): Value =>
    g.batchNormalizationTraining(x, builder.get(scale), builder.get(shift)).y
  let x: Value = images
  for (const [i, width] of widths.entries()) {
    x = normalized(g.conv(x, builder.get(`conv${i}`), null, { strides: [2, 2], pads: [1, 1, 1, 1] }), `scale${i}`, `shift${i}`)
    if (i === 0) {
      // As residual networks begin.
      x = g.maxPool(g.relu(x), { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })
      continue
    }
    x = g.mul(x, g.sigmoid(x))
    x = g.conv(x, builder.get(`depthwise${i}`), null, { group: width, pads: [1, 1, 1, 1] })
    x = normalized(x, `depthwiseScale${i}`, `depthwiseShift${i}`)
    // A smooth activation: few numbers are left here, and where a rounding error switches one of few off, no tolerance could be small.
    x = g.averagePool(g.mul(x, g.sigmoid(x)), { kernel_shape: [2, 2] })
  }
  const pooled = g.flatten(g.globalAveragePool(x))
  const hidden = g.gemm(pooled, builder.get('hidden'), builder.get('hiddenBias'), { transB: 1 })
  const logits = g.gemm(g.mul(hidden, g.sigmoid(hidden)), builder.get('classifier'), null, { transB: 1 })
  const loss = crossEntropy(logits, labels)
  const gradients = differentiate(
    loss,
    weights.map((name) => builder.get(name)),
  )
  const step = g.constant(tensor('float32', [], [rate]))
  weights.forEach((name, i) => {
    const gradient = gradients[i]
    if (gradient) sgd(builder, name, gradient, step, { momentum: 0.9, nesterov: true, weightDecay: 1e-4 })
  })
  const feeds = {
    images: tensor(
      'float32',
      images.shape,
      Array.from({ length: sizeOf(images.shape) }, () => random.normal()),
    ),
    labels: tensor(
      'int32',
      [batch],
      Array.from({ length: batch }, (_, i) => i % classes),
    ),
  }
  return { program: builder.finish({ loss }), initial, feeds, weights, batch }
}

/** The weights after some steps. */
export async function runSteps(
  engine: Engine,
  { program, initial, feeds, weights }: TrainingProblem,
  steps: number,
): Promise<Record<string, Float32Array>> {
  const executable = await engine.compile(program)
  const state = await engine.createState(initial)
  try {
    for (let i = 0; i < steps; i++) await executable.run(state, feeds)
    const found = await state.read(weights)
    return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, Float32Array.from(value.data, Number)]))
  } finally {
    executable.dispose()
    state.dispose()
  }
}
