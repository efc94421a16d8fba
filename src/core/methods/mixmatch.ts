// MixMatch: labelled and unlabelled images are mixed in pairs, and so are their labels and guessed labels.
// Berthelot, Carlini, Goodfellow, Papernot, Oliver, Raffel: MixMatch, NeurIPS 2019, algorithm 1 and equations 3 to 11 (here without an average of
// the weights for evaluation). Where a prefix of the backbone is frozen, its activations are mixed in the place of images.
import { z } from 'zod'
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { pseudoLabels, sharpen, softCrossEntropies, squaredDistances } from '../nn/losses.ts'
import { largerShares, permutation } from '../nn/noise.ts'
import type { Pass } from '../nn/pass.ts'
import { linearRamp } from '../nn/ramps.ts'
import { defineMethod } from './method.ts'

export const mixMatch = defineMethod(
  {
    id: 'mixmatch',
    title: 'MixMatch',
    citation: 'Berthelot et al.: MixMatch: A Holistic Approach to Semi-Supervised Learning, NeurIPS 2019',
    settings: z.strictObject({
      guessTemperature: z.number().min(0.05).max(1).default(0.5).describe('T, sharpens the guessed labels'),
      mixing: z.number().min(0.05).max(2).default(0.75).describe('alpha of the Beta distribution that shares in a mixture are drawn from'),
      unlabelledWeight: z
        .number()
        .min(0)
        .max(1000)
        .default(75)
        .describe('lambda_u, times the loss on unlabelled images: the squared distance to the guesses'),
      rampUp: z.number().min(0).max(1).default(0.4).describe('share of each phase over which that weight rises'),
    }),
  },
  ({ guessTemperature, mixing, unlabelledWeight, rampUp }) => ({
    views: { labelled: ['weak'], unlabelled: ['weak', 'weak'] },
    projector: null,
    variables: () => ({}),
    step: ({ pass, model, labelled, unlabelled, progress }) => {
      const { classes } = model.shape
      // One guess for both views, from a forward pass of each.
      const [p1, p2] = unlabelled.views.map((view) => g.softmax(model.logits(pass, 'query', view), 1)) as [Value, Value]
      const guess = g.stopGradient(sharpen(g.mul(g.add(p1, p2), 0.5), guessTemperature))
      const x = [labelled.views[0]!, ...unlabelled.views]
      const p = [g.oneHot(labelled.labels, classes, 1, guess.dtype), guess, guess]
      const [mixed, target] = mixUp(pass, g.concat(x, 0), g.concat(p, 0), mixing)
      // Mixtures that begin with a labelled image, and the others: a forward pass each, as in the authors' code.
      const [first = 0, ...others] = x.map((value) => value.shape[0] as number)
      const rest = others.reduce((a, b) => a + b)
      const [mixedX, mixedU] = g.split(mixed, [first, rest], 0) as [Value, Value]
      const [targetX, targetU] = g.split(target, [first, rest], 0) as [Value, Value]
      const labelledCe = g.reduceMean(softCrossEntropies(model.logits(pass, 'query', mixedX), targetX))
      const distance = g.reduceMean(squaredDistances(g.softmax(model.logits(pass, 'query', mixedU), 1), targetU))
      const weight = g.mul(linearRamp(progress, rampUp), unlabelledWeight / classes)
      return {
        losses: { labelledCe, unlabelledDistance: g.mul(distance, weight) },
        pseudoLabels: pseudoLabels(guess),
        confidence: g.reduceMax(guess, [1]),
      }
    },
  }),
)

/** Each row with another one, and their targets, in shares drawn for each pair, of which its own is the larger one. */
function mixUp(pass: Pass, x: Value, target: Value, alpha: number): [Value, Value] {
  const n = x.shape[0] as number
  const order = pass.drawn({ dtype: 'int32', shape: [n] }, permutation(n))
  const share = pass.drawn({ dtype: 'float32', shape: [n] }, largerShares(n, alpha))
  return [x, target].map((value) => {
    const own = g.reshape(share, [n, ...value.shape.slice(1).map(() => 1)])
    return g.add(g.mul(value, own), g.mul(g.gather(value, order, 0), g.sub(1, own)))
  }) as [Value, Value]
}
