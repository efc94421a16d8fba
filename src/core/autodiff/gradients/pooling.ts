// Gradients of pooling.
import { sizeOf } from '../../tensor/tensor.ts'
import { averagePool, averagePoolGradient, div, expand, maxPoolGradient } from '../../graph/build.ts'
import type { pooling as family } from '../../graph/ops/pooling.ts'
import { unsupported } from '../rule.ts'
import type { GradientRules } from '../rule.ts'

export const pooling: GradientRules<keyof typeof family> = {
  MaxPool: ({ x: [x], y, dy, attributes }) => [maxPoolGradient(x, y, dy, attributes)],
  MaxPoolGradient: unsupported('MaxPoolGradient'),
  AveragePool: ({ x: [x], dy, attributes }) => [averagePoolGradient(dy, x.shape, attributes)],
  AveragePoolGradient: ({ dy, attributes: { input_shape: _, ...attributes } }) => [averagePool(dy, attributes)],
  GlobalAveragePool: ({ x: [x], dy }) => [expand(div(dy, sizeOf(x.shape.slice(2))), x.shape)],
  // One window over the whole map: to the first maximum, as MaxPool.
  GlobalMaxPool: ({ x: [x], y, dy }) => [maxPoolGradient(x, y, dy, { kernel_shape: x.shape.slice(2) })],
}
