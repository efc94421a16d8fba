// Where graphs begin: named inputs and constants.
import type { HostTensor, TensorType } from '../../tensor/tensor.ts'
import { op } from './spec.ts'

export const leaves = {
  /** A value fed at run time or read from state, known by its name. */
  Input: op<{ name: string; type: TensorType }>({ inputs: [], infer: (_, { type }) => [type] }),
  /** ONNX Constant. */
  Constant: op<{ value: HostTensor }>({ inputs: [], infer: (_, { value }) => [{ dtype: value.dtype, shape: value.shape }] }),
}
