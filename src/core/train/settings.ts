// Settings of a run that hold for every method, with ranges, units and help.
import { z } from 'zod'

export const runSettings = z.strictObject({
  learningRate: z.number().positive().max(10).default(0.02).describe('base learning rate of SGD'),
  backboneRate: z.number().min(0).max(100).default(0.1).describe('times the base rate, for the backbone'),
  bottleneckRate: z.number().min(0).max(100).default(1).describe('times the base rate, for the bottleneck'),
  projectorRate: z
    .number()
    .min(0)
    .max(100)
    .default(1)
    .describe('times the base rate, for the projector; 0.1, as the backbone, in the released code'),
  classifierRate: z.number().min(0).max(100).default(1).describe('times the base rate, for the classifier'),
  momentum: z.number().min(0).max(1).default(0.9).describe('momentum of SGD'),
  nesterov: z.boolean().default(true).describe('Nesterov momentum'),
  weightDecay: z.number().min(0).max(1).default(5e-4).describe('L2 penalty on all trained weights'),
  schedule: z.enum(['cosine', 'step', 'constant']).default('cosine').describe('learning rate over the run'),
  milestones: z
    .array(z.number().min(0).max(1))
    .default([0.22, 0.44, 0.67, 0.89])
    .describe('for step: shares of the run at which the rate falls by 10'),
  warmUp: z.number().min(0).max(0.5).default(0.02).describe('share of the run in which the rate rises linearly'),
  labelledBatch: z.int().min(2).max(4096).default(24).describe('labelled images a step'),
  unlabelledBatch: z.int().min(2).max(4096).default(24).describe('unlabelled images a step'),
  bottleneck: z.int().min(0).max(8192).default(512).describe('width of the layer before both heads, 0 for none'),
  dropout: z.number().min(0).max(0.95).default(0.5).describe('share of the bottleneck dropped in training'),
  batchNorm: z.enum(['train', 'frozen']).default('train').describe("the backbone's BatchNormalization: batch statistics or stored ones"),
  cachedViews: z.int().min(1).max(256).default(6).describe('random views per image whose features are kept, where a prefix is frozen'),
  cropScale: z.number().min(0.05).max(1).default(0.2).describe('smallest share of the area that a random crop takes'),
  plainShare: z.number().min(0).max(1).default(0.25).describe('share of the random views that show the middle of the image unchanged'),
  validations: z.int().min(1).max(1000).default(20).describe('validations in each phase, at most; the weights to keep are chosen on them'),
  recompute: z.boolean().default(false).describe('compute activations again in the backward pass: less memory, more time, equal numbers'),
  halfActivations: z
    .boolean()
    .default(false)
    .describe('store activations for the backward pass in half precision: less memory, a little more time, gradients but for rounding'),
  patience: z.int().min(0).max(1000).default(0).describe('validations without gain before the run stops early, 0 for never'),
})

export type RunSettings = z.infer<typeof runSettings>
