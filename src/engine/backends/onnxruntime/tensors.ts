// Host tensors and ONNX Runtime's tensors: the same memory wherever that is possible.
import { Tensor } from 'onnxruntime-node'
import { allocate } from '../../../core/tensor/tensor.ts'
import type { HostTensor } from '../../../core/tensor/tensor.ts'

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

/** Frees the memory at once: a training step replaces all weights, which would otherwise wait for the garbage collector. */
export function release(tensor: Tensor): void {
  const { buffer } = tensor.data as Float32Array
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0)
}
