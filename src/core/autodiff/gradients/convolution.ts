// Gradients of convolution. It is linear in each operand, so that it and its two gradients are each other's gradients.
import { conv, convFilterGradient, convInputGradient } from '../../graph/build.ts'
import type { convolution as family } from '../../graph/ops/convolution.ts'
import type { ConvAttributes } from '../../graph/ops/convolution.ts'
import type { GradientRules } from '../rule.ts'
import { sumPerChannel } from './broadcast.ts'

function window({ strides, pads, dilations, group }: ConvAttributes): ConvAttributes {
  return { strides, pads, dilations, group }
}

export const convolution: GradientRules<keyof typeof family> = {
  Conv: ({ x: [x, w], dy, attributes }) => [
    convInputGradient(dy, w, x.shape, attributes),
    convFilterGradient(x, dy, w.shape, attributes),
    sumPerChannel(dy),
  ],
  ConvInputGradient: ({ x: [g, w], dy, attributes }) => [
    conv(dy, w, null, window(attributes)),
    convFilterGradient(dy, g, w.shape, window(attributes)),
  ],
  ConvFilterGradient: ({ x: [x, g], dy, attributes }) => [
    convInputGradient(g, dy, x.shape, window(attributes)),
    conv(x, dy, null, window(attributes)),
  ],
}
