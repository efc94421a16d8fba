// A training step of somebody's backbone, on noise: what a device's speed is measured on.
import { Random } from '../../core/tensor/random.ts'
import { sizeOf, tensor } from '../../core/tensor/tensor.ts'
import { openNetwork } from '../training/open-run.ts'
import { preparePhase } from '../training/phase.ts'
import { configure } from '../training/settings.ts'
import type { TrainingProblem } from './training-problem.ts'

/** Enough for a card to have something to do at once, few enough for a processor to get through in time. */
const batch = 16
const classes = 10

/** All of the backbone is trained, or the new layers on it where nothing of it can be.
 * @throws AppError as `openNetwork` */
export async function backboneProblem(file: string): Promise<Pick<TrainingProblem, 'program' | 'initial' | 'feeds' | 'batch'>> {
  const { backbone } = await openNetwork({ backbone: file })
  const depth = backbone.trainable(null).length > 0 ? 'all' : 'head'
  const { configured, settings, phases } = configure({ method: 'fine-tuning', settings: {}, batch, depth }, true)
  const [phase] = phases
  if (!phase) throw new Error('a run has a phase')
  const { step } = preparePhase({ backbone, classes, method: configured, settings, phase, seed: 0, carried: {} })
  const random = new Random(1)
  const feeds = Object.entries(step.program.feeds).map(([name, { dtype, shape }]) => {
    const draw = (i: number): number => (dtype === 'int32' ? i % classes : random.uniform(-1, 1))
    // The rate is left at zero: nothing is learned from noise.
    const values = shape.length === 0 ? [0] : Array.from({ length: sizeOf(shape) }, (_, i) => draw(i))
    return [name, tensor(dtype, shape, values)] as const
  })
  return { program: step.program, initial: step.initial, feeds: Object.fromEntries(feeds), batch }
}
