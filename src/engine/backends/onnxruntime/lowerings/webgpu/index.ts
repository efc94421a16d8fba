// Operators that ONNX Runtime's WebGPU kernels (1.30) lack, or compute wrongly, and that are lowered in another way for them.
import type { OpType } from '../../../../../core/graph/ops/index.ts'
import type { Lowering } from '../../lowering.ts'
import { inputOf } from '../../lowering.ts'
import { convFilterGradient } from '../convolution/filter-gradient.ts'
import { convInputGradient } from '../convolution/input-gradient.ts'
import { averagePoolGradient } from '../pooling.ts'
import { depthwiseFilterGradient, depthwiseInputGradient } from './depthwise.ts'
import { batchNormalizationGradient, batchNormalizationTraining } from './batch-normalization.ts'
import { isProduct, productFilterGradient } from './filter-gradient.ts'
import { mod } from './mod.ts'
import { logSoftmax, oneHot } from './classes.ts'
import { oneToOne } from '../one-to-one.ts'

/** WGSL promises sines to 2^-11 only. */
const onProcessor: Lowering<'Sin' | 'Cos'> = (node, emit) => emit.onProcessor(() => oneToOne(node, emit))

/** Of nothing there is no maximum to a kernel there. */
const extremes: Lowering<'ReduceMax' | 'ReduceMin'> = (node, emit) => {
  if (inputOf(node, 0).shape.includes(0)) emit.onProcessor(() => oneToOne(node, emit))
  else oneToOne(node, emit)
}

export const webgpu: { readonly [Op in OpType]?: Lowering<Op> } = {
  LogSoftmax: logSoftmax,
  OneHot: oneHot,
  Mod: mod,
  Sin: onProcessor,
  Cos: onProcessor,
  ConvInputGradient: (node, emit) => {
    const [outputs, perGroup] = inputOf(node, 1).shape
    const { group } = node.attributes
    if (inputOf(node, 0).shape.length > 4) emit.onProcessor(() => convInputGradient(node, emit))
    else if (group > 1 && perGroup === 1 && outputs !== group) depthwiseInputGradient(node, emit)
    else convInputGradient(node, emit)
  },
  ConvFilterGradient: (node, emit) => {
    const { group, filter_shape } = node.attributes
    if (group > 1 && filter_shape[1] === 1 && filter_shape.length === 4) depthwiseFilterGradient(node, emit)
    else if (isProduct(node)) productFilterGradient(node, emit)
    else convFilterGradient(node, emit)
  },
  BatchNormalizationTraining: batchNormalizationTraining,
  BatchNormalizationGradient: batchNormalizationGradient,
  ReduceMax: extremes,
  ReduceMin: extremes,
  /** ConvTranspose has one and two dimensions there. */
  AveragePoolGradient: (node, emit) => {
    if (inputOf(node, 0).shape.length > 4) emit.onProcessor(() => averagePoolGradient(node, emit))
    else averagePoolGradient(node, emit)
  },
}
