// What the first training step on some device comes to: how one device is held against another.
import { z } from 'zod'

/** Its loss, and the length of the gradient. */
export const stepFacts = z.object({ loss: z.number(), gradient: z.number() })
export type StepFacts = z.infer<typeof stepFacts>
