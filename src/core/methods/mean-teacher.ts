// Mean Teacher: predictions of unlabelled images are drawn to those of a teacher, the average of the model over the steps.
// Tarvainen, Valpola: Mean teachers are better role models, NeurIPS 2017, equation 1 and section 2; weights as in TLlib.
import { z } from 'zod'
import * as g from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { averagePairs, copies, updateAverage } from '../nn/ema.ts'
import { confidence, pseudoLabels, squaredDistances } from '../nn/losses.ts'
import type { Part } from '../nn/model.ts'
import { sigmoidRamp } from '../nn/ramps.ts'
import { scalar } from '../tensor/tensor.ts'
import { forward } from './forward.ts'
import { defineMethod } from './method.ts'
import type { StepContext } from './method.ts'

const parts: readonly Part[] = ['backbone', 'bottleneck', 'classifier']
/** Steps that the teacher has averaged. */
const count = 'teacher/steps'

/** Before a step the teacher takes in the weights that the last one left, at alpha = min(1 - 1/(t + 1), decay): the mean of all at first. */
function teach({ pass: { builder }, model }: StepContext, decay: number): void {
  const steps = builder.get(count)
  const alpha = g.min(g.sub(1, g.reciprocal(g.add(steps, 1))), decay)
  updateAverage(builder, averagePairs(model, parts, 'teacher'), alpha)
  builder.set(count, g.add(steps, 1))
}

export const meanTeacher = defineMethod(
  {
    id: 'mean-teacher',
    title: 'Mean Teacher',
    citation:
      'Tarvainen, Valpola: Mean teachers are better role models: Weight-averaged consistency targets improve semi-supervised deep learning results, NeurIPS 2017',
    settings: z.strictObject({
      teacherMomentum: z
        .number()
        .min(0)
        .max(1)
        .default(0.999)
        .describe("alpha, the teacher's weights in its average; less in the first steps"),
      consistencyWeight: z
        .number()
        .min(0)
        .max(1000)
        .default(0.1)
        .describe('w, times the squared distance to the teacher, summed over the batch'),
      rampUp: z.number().min(0).max(1).default(0.25).describe('share of each phase over which the weight rises'),
    }),
  },
  ({ teacherMomentum, consistencyWeight, rampUp }) => ({
    views: { labelled: ['weak'], unlabelled: ['weak', 'weak'] },
    projector: null,
    variables: (_, initial) => ({ ...copies(initial, parts, 'teacher'), [count]: scalar('float32', 0) }),
    step: (context) => {
      const { pass, model, unlabelled, progress } = context
      const [studentView, teacherView] = unlabelled.views as [Value, Value]
      teach(context, teacherMomentum)
      // The teacher's BatchNormalization and dropout are those of training, as in TLlib.
      const target = g.stopGradient(model.logits(pass, 'teacher', teacherView))
      const { labelledCe, unlabelled: logits } = forward(context, [studentView])
      const distance = g.reduceSum(squaredDistances(g.softmax(logits[0]!, 1), g.softmax(target, 1)))
      const weight = g.mul(sigmoidRamp(progress, rampUp), consistencyWeight)
      return {
        losses: { labelledCe, consistency: g.mul(distance, weight) },
        pseudoLabels: pseudoLabels(target),
        confidence: confidence(target),
      }
    },
  }),
)
