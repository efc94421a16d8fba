// Settings that methods on labelled data share.
import { z } from 'zod'

export const view = z
  .enum(['weak', 'strong'])
  .default('strong')
  .describe('augmentation of the labelled images that are classified; strong as in the released code of Self-Tuning')

export const headDecay = z
  .number()
  .min(0)
  .max(10)
  .default(0.01)
  .describe('beta, decay of the new layers, beside weightDecay (0 in the reference code)')
