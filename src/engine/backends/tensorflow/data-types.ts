// Element types in TensorFlow's numbering (tensorflow/c/tf_datatype.h), which is fixed.
import type { DType } from '../../../core/tensor/tensor.ts'

export const dataTypes: Readonly<Record<DType, number>> = { float32: 1, float64: 2, int32: 3, uint8: 4, int64: 9, bool: 10, float16: 19 }
