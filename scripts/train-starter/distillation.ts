// One step of distillation as a program: the student's features, through a linear layer, become the teacher's, and through the teacher's classifier its classes.
import { differentiate } from '../../src/core/autodiff/differentiate.ts'
import * as g from '../../src/core/graph/build.ts'
import type { Program } from '../../src/core/graph/program.ts'
import type { Value } from '../../src/core/graph/value.ts'
import type { Backbone } from '../../src/core/nn/backbone.ts'
import { linear } from '../../src/core/nn/layers.ts'
import { crossEntropy } from '../../src/core/nn/losses.ts'
import { momentumOf, sgd } from '../../src/core/nn/optimiser.ts'
import { ProgramBuilder } from '../../src/core/nn/program-builder.ts'
import { deriveSeed, Random } from '../../src/core/tensor/random.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../src/core/tensor/tensor.ts'
import type { Cycle, Recipe } from './recipe.ts'
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

/** The backbone's own starting values. */
export function startingVariables(backbone: Backbone): Record<string, HostTensor> {
  return Object.fromEntries(Object.entries(backbone.variables(null)).map(([name, value]) => [`student/${name}`, value]))
}

/** Fresh linear layers, as torch.nn.Linear has them: `head` to the teacher's features, `species` of the drawings. */
export function newLayers({ width }: Backbone, teacher: Teacher, { seed, drawings }: Recipe): Record<string, HostTensor> {
  const random = new Random(deriveSeed(seed, 'head'))
  const bound = 1 / Math.sqrt(width)
  const drawn = (shape: readonly number[]): HostTensor => {
    const value = tensor('float32', shape)
    for (let i = 0; i < value.data.length; i++) value.data[i] = random.uniform(-bound, bound)
    return value
  }
  return {
    'head/weight': drawn([teacher.width, width]),
    'head/bias': drawn([teacher.width]),
    'species/weight': drawn([drawings.species, width]),
    'species/bias': drawn([drawings.species]),
  }
}

/** The variables with momentum of zero for whatever is trained. */
export function withMomentum(variables: Variables, backbone: Backbone, { species }: Cycle): Record<string, HostTensor> {
  const buffers = trained(backbone, species > 0).map((name) => [momentumOf(name), tensor('float32', variables[name]!.shape)] as const)
  return { ...variables, ...Object.fromEntries(buffers) }
}

function trained(backbone: Backbone, withDrawings: boolean): string[] {
  const own = backbone.trainable(null).map((name) => `student/${name}`)
  return [...own, 'head/weight', 'head/bias', ...(withDrawings ? ['species/weight', 'species/bias'] : [])]
}

/** Who learns from whom, and what their features are measured by. */
export interface Pair {
  readonly backbone: Backbone
  readonly teacher: Teacher
  readonly statistics: Statistics
  readonly variables: Variables
}

interface Both {
  /** Standardised features [N, F] of student and teacher. */
  readonly features: readonly [Value, Value]
  readonly logits: readonly [Value, Value]
}

/** The student's features [N, width] of images [N, 3, size, size]. */
function study(builder: ProgramBuilder, backbone: Backbone, x: Value, training: boolean): Value {
  return backbone.forward(x, {
    training,
    get: (name) => builder.get(`student/${name}`),
    set: (name, value) => builder.set(`student/${name}`, value),
  })
}

/** @param feature the student's [N, width] @param targets the teacher's features [N, F] */
function both(builder: ProgramBuilder, { teacher, statistics }: Pair, feature: Value, targets: Value): Both {
  const [mean, deviation] = [g.constant(statistics.mean), g.constant(statistics.deviation)]
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

/** Feeds: `unlabelled/0` photos [batch, 3, size, size], `targets` [batch, F], `rate`; `labelled/0` drawings [n, 3, size, size] and `labels` [n] where they count.
 * Outputs: `loss` and its terms. */
export function buildStep(pair: Pair, recipe: Recipe, { species: shown }: Cycle): Program {
  const { backbone, teacher, variables } = pair
  const { batch, drawings } = recipe
  const builder = new ProgramBuilder(variables)
  const photos = builder.feed('unlabelled/0', backbone.inputType(null, batch))
  const targets = builder.feed('targets', { dtype: 'float32', shape: [batch, teacher.width] })
  const drawn = shown === 0 ? [] : [builder.feed('labelled/0', backbone.inputType(null, drawings.batch))]
  const features = study(builder, backbone, g.concat([photos, ...drawn], 0), true)
  const { features: distance, classes } = losses(both(builder, pair, g.slice(features, [0], [batch], [0]), targets), recipe)
  let loss = g.add(g.mul(distance, recipe.featureWeight), classes)
  const terms: Record<string, Value> = { 'loss/features': distance, 'loss/classes': classes }
  if (shown > 0) {
    const labels = builder.feed('labels', { dtype: 'int32', shape: [drawings.batch] })
    const butterflies = g.slice(features, [batch], [batch + drawings.batch], [0])
    const species = crossEntropy(linear(butterflies, builder.get('species/weight'), builder.get('species/bias')), labels)
    loss = g.add(loss, g.mul(species, drawings.weight))
    terms['loss/species'] = species
  }
  const names = trained(backbone, shown > 0)
  const gradients = differentiate(
    loss,
    names.map((name) => builder.get(name)),
  )
  const rate = builder.feed('rate', { dtype: 'float32', shape: [] })
  names.forEach((name, i) => sgd(builder, name, gradients[i]!, rate, { ...recipe, nesterov: true }))
  return builder.finish({ loss, ...terms })
}

/** Feeds: `x` and `targets` of `images` images. Outputs: the logits of `student` and `teacher`. */
export function buildValidation(pair: Pair, images: number): Program {
  const { backbone, teacher, variables } = pair
  const builder = new ProgramBuilder(variables)
  const x = builder.feed('x', backbone.inputType(null, images))
  const targets = builder.feed('targets', { dtype: 'float32', shape: [images, teacher.width] })
  const [student, other] = both(builder, pair, study(builder, backbone, x, false), targets).logits
  return builder.finish({ student, teacher: other })
}
