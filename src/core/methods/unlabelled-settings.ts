// Settings that methods with pseudo-labels of unlabelled images share.
import { z } from 'zod'

export const threshold = (usual = 0.95): z.ZodDefault<z.ZodNumber> =>
  z.number().min(0).max(1).default(usual).describe('pseudo-labels that the model is less sure of are not learnt from')

export const unlabelledWeight = z.number().min(0).max(1000).default(1).describe('times the loss on unlabelled images')

export const statisticsMomentum = z
  .number()
  .min(0)
  .max(1)
  .default(0.99)
  .describe('of averages over steps; 0.999 in the papers, for much longer training')
