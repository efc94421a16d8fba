// Which operators are lowered in a way of their own; all others become the ONNX operator of the same name.
import type { OpType } from '../../../../core/graph/ops/index.ts'
import type { Lowering } from '../lowering.ts'
import { after } from './after.ts'
import { batchNormalization, batchNormalizationGradient, batchNormalizationTraining } from './batch-normalization.ts'
import { conv } from './convolution/forward.ts'
import { convFilterGradient } from './convolution/filter-gradient.ts'
import { convInputGradient } from './convolution/input-gradient.ts'
import { add, cast, clip, elementwise, gelu, identity, neg, pow, relu, reluGradient, where } from './elementwise.ts'
import { gatherElementsGradient, gatherGradient, oneHot } from './indexing.ts'
import { constant } from './leaves.ts'
import { maxPoolGradient } from './max-pool-gradient.ts'
import { expand, reshape, sliceGradient } from './movement.ts'
import { averagePool, averagePoolGradient, globalAveragePool, maxPool } from './pooling.ts'
import { resize, resizeGradient } from './resize.ts'

export const lowerings: { readonly [Op in OpType]?: Lowering<Op> } = {
  Constant: constant,
  Identity: identity,
  StopGradient: identity,
  After: after,
  Add: add,
  Sub: elementwise,
  Mul: elementwise,
  Min: elementwise,
  Max: elementwise,
  Abs: elementwise,
  LeakyRelu: elementwise,
  Elu: elementwise,
  Sigmoid: elementwise,
  HardSigmoid: elementwise,
  HardSwish: elementwise,
  Tanh: elementwise,
  Relu: relu,
  Clip: clip,
  Cast: cast,
  ReluGradient: reluGradient,
  Gelu: gelu,
  Where: where,
  Pow: pow,
  Neg: neg,
  Conv: conv,
  ConvInputGradient: convInputGradient,
  ConvFilterGradient: convFilterGradient,
  MaxPool: maxPool,
  GlobalAveragePool: globalAveragePool,
  MaxPoolGradient: maxPoolGradient,
  AveragePool: averagePool,
  AveragePoolGradient: averagePoolGradient,
  BatchNormalization: batchNormalization,
  BatchNormalizationTraining: batchNormalizationTraining,
  BatchNormalizationGradient: batchNormalizationGradient,
  GatherGradient: gatherGradient,
  GatherElementsGradient: gatherElementsGradient,
  OneHot: oneHot,
  Reshape: reshape,
  Expand: expand,
  SliceGradient: sliceGradient,
  Resize: resize,
  ResizeGradient: resizeGradient,
}
