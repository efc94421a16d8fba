// Gradients of Resize, which is linear: it and its gradient are each other's gradients.
import { resize as build, resizeGradient } from '../../graph/build.ts'
import type { resize as family } from '../../graph/ops/resize.ts'
import type { GradientRules } from '../rule.ts'

export const resize: GradientRules<keyof typeof family> = {
  Resize: ({ x: [x], dy, attributes }) => [resizeGradient(dy, x.shape, attributes)],
  ResizeGradient: ({ dy, attributes: { input_shape: _, sizes, ...attributes } }) => [
    build(dy, sizes, { ...attributes, extrapolation_value: 0 }),
  ],
}
