// One step of distillation as a program: the student's features, through a linear layer, become the teacher's, and through the teacher's classifier its classes.
import { differentiate } from '../../src/core/autodiff/differentiate.ts'
import * as g from '../../src/core/graph/build.ts'
import type { Program } from '../../src/core/graph/program.ts'
import type { Value } from '../../src/core/graph/value.ts'
import type { Backbone } from '../../src/core/nn/backbone.ts'
import { linear } from '../../src/core/nn/layers.ts'
import { momentumOf, sgd } from '../../src/core/nn/optimiser.ts'
import { ProgramBuilder } from '../../src/core/nn/program-builder.ts'
import { deriveSeed, Random } from '../../src/core/tensor/random.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../src/core/tensor/tensor.ts'
import type { Recipe } from './recipe.ts'
import type { Teacher } from './teacher.ts'

export type Variables = Readonly<Record<string, HostTensor>>

/** Mean and deviation of each of the teacher's features: the student learns what remains, so that strong and weak ones count alike. */
export interface Statistics {
  readonly mean: HostTensor<'float32'>
  readonly deviation: HostTensor<'float32'>
}

/** @param features rows of `width` */
export function statisticsOf(features: Iterable<Float32Array>, width: number): Statistics {
  const sums = new Float64Array(width)
  const squares = new Float64Array(width)
  let rows = 0
  for (const part of features) {
    rows += part.length / width
    for (let i = 0; i < part.length; i++) {
      const value = part[i]!
      sums[i % width]! += value
      squares[i % width]! += value * value
    }
  }
  const mean = Float32Array.from(sums, (sum) => sum / rows)
  const deviation = Float32Array.from(squares, (square, i) => Math.sqrt(Math.max(0, square / rows - (mean[i] ?? 0) ** 2)) + 1e-3)
  return { mean: tensor('float32', [width], mean), deviation: tensor('float32', [width], deviation) }
}

/** Starting values: the backbone's own, and a fresh linear layer as torch.nn.Linear has it. */
export function startingVariables(backbone: Backbone, teacher: Teacher, seed: number): Record<string, HostTensor> {
  const random = new Random(deriveSeed(seed, 'head'))
  const bound = 1 / Math.sqrt(backbone.width)
  const drawn = (shape: readonly number[]): HostTensor => {
    const value = tensor('float32', shape)
    for (let i = 0; i < value.data.length; i++) value.data[i] = random.uniform(-bound, bound)
    return value
  }
  return {
    ...Object.fromEntries(Object.entries(backbone.variables(null)).map(([name, value]) => [`student/${name}`, value])),
    'head/weight': drawn([teacher.width, backbone.width]),
    'head/bias': drawn([teacher.width]),
  }
}

/** The starting values with momentum of zero for whatever is trained. */
export function withMomentum(variables: Variables, backbone: Backbone): Record<string, HostTensor> {
  const buffers = trained(backbone).map((name) => [momentumOf(name), tensor('float32', variables[name]!.shape)] as const)
  return { ...variables, ...Object.fromEntries(buffers) }
}

function trained(backbone: Backbone): string[] {
  return [...backbone.trainable(null).map((name) => `student/${name}`), 'head/weight', 'head/bias']
}

interface Both {
  /** Standardised features [N, F] of student and teacher. */
  readonly features: readonly [Value, Value]
  readonly logits: readonly [Value, Value]
}

/** @param targets the teacher's features [N, F] */
function both(
  builder: ProgramBuilder,
  backbone: Backbone,
  teacher: Teacher,
  statistics: Statistics,
  x: Value,
  targets: Value,
  training: boolean,
): Both {
  const [mean, deviation] = [g.constant(statistics.mean), g.constant(statistics.deviation)]
  const feature = backbone.forward(x, {
    training,
    get: (name) => builder.get(`student/${name}`),
    set: (name, value) => builder.set(`student/${name}`, value),
  })
  const student = linear(feature, builder.get('head/weight'), builder.get('head/bias'))
  return {
    features: [student, g.div(g.sub(targets, mean), deviation)],
    logits: [teacher.classify(g.add(g.mul(student, deviation), mean)), teacher.classify(targets)],
  }
}

/** The squared distance of the features (mean over features and images), and the cross-entropy of the student's classes with the teacher's. */
function losses({ features: [a, b], logits: [s, t] }: Both, { temperature }: Recipe): Record<'features' | 'classes', Value> {
  const difference = g.sub(a, b)
  const [n = 1] = s.shape
  const target = g.stopGradient(g.softmax(g.div(t, temperature), 1))
  const entropy = g.reduceSum(g.mul(target, g.logSoftmax(g.div(t, temperature), 1)), [0, 1])
  const crossed = g.reduceSum(g.mul(target, g.logSoftmax(g.div(s, temperature), 1)), [0, 1])
  // Times the temperature squared, so that gradients stay as large as they are without it.
  return {
    features: g.reduceMean(g.mul(difference, difference), [0, 1]),
    classes: g.mul(g.sub(entropy, crossed), temperature ** 2 / n),
  }
}

/** Feeds: `unlabelled/0` images [batch, 3, size, size], `targets` [batch, F], `rate`. Outputs: `loss` and its terms. */
export function buildStep(backbone: Backbone, teacher: Teacher, statistics: Statistics, recipe: Recipe, variables: Variables): Program {
  const builder = new ProgramBuilder(variables)
  const x = builder.feed('unlabelled/0', backbone.inputType(null, recipe.batch))
  const targets = builder.feed('targets', { dtype: 'float32', shape: [recipe.batch, teacher.width] })
  const terms = losses(both(builder, backbone, teacher, statistics, x, targets, true), recipe)
  const loss = g.add(g.mul(terms.features, recipe.featureWeight), terms.classes)
  const names = trained(backbone)
  const gradients = differentiate(
    loss,
    names.map((name) => builder.get(name)),
  )
  const rate = builder.feed('rate', { dtype: 'float32', shape: [] })
  names.forEach((name, i) => sgd(builder, name, gradients[i]!, rate, { ...recipe, nesterov: true }))
  return builder.finish({ loss, 'loss/features': terms.features, 'loss/classes': terms.classes })
}

/** Feeds: `x` and `targets` of `images` images. Outputs: the logits of `student` and `teacher`. */
export function buildValidation(
  backbone: Backbone,
  teacher: Teacher,
  statistics: Statistics,
  variables: Variables,
  images: number,
): Program {
  const builder = new ProgramBuilder(variables)
  const x = builder.feed('x', backbone.inputType(null, images))
  const targets = builder.feed('targets', { dtype: 'float32', shape: [images, teacher.width] })
  const [student, other] = both(builder, backbone, teacher, statistics, x, targets, false).logits
  return builder.finish({ student, teacher: other })
}
