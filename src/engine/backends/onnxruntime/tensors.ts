// Host tensors and ONNX Runtime's tensors: the same memory wherever that is possible.
import { Tensor } from 'onnxruntime-node'
import { allocate } from '../../../core/tensor/tensor.ts'
import type { DType, HostTensor, TensorType } from '../../../core/tensor/tensor.ts'
import { onDevice } from './device-memory.ts'

/** A view for ONNX Runtime, no copy; memory shared between threads, which ONNX Runtime refuses, is copied. */
export function toOrt({ dtype, shape, data }: HostTensor): Tensor {
  const own = data.buffer instanceof ArrayBuffer ? data : data.slice()
  return new Tensor(dtype, own as never, shape)
}

/** A copy for ONNX Runtime that shares nothing with the original. */
export function copyToOrt({ dtype, shape, data }: HostTensor): Tensor {
  const own = allocate(dtype, data.length)
  own.set(data as never)
  return new Tensor(dtype, own as never, shape)
}

/** A view of a tensor that lies in host memory, no copy. */
export function fromOrt(tensor: Tensor): HostTensor {
  return { dtype: tensor.type, shape: tensor.dims, data: tensor.data } as HostTensor
}

/** Type and shape of a tensor, wherever it lies. */
export function typeOf({ type, dims }: Tensor): TensorType {
  return { dtype: type as DType, shape: dims }
}

/** Frees the memory at once: a training step replaces all weights, which would otherwise wait for the garbage collector. */
export function release(tensor: Tensor): void {
  if (tensor.location === onDevice) return tensor.dispose()
  const { buffer } = tensor.data as Float32Array
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0)
}
