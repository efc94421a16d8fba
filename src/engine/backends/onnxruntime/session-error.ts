// What ONNX Runtime's messages mean.
import { AppError } from '../../../shared/errors.ts'

/** How the libraries below ONNX Runtime say that a device is gone: Dawn, Direct3D (DEVICE_REMOVED, HUNG and RESET), CUDA, Vulkan. */
const lost =
  /device (is |was )?(lost|removed|reset)|DXGI_ERROR_DEVICE_|887A000[567]|VK_ERROR_DEVICE_LOST|(CUDA|cuDNN|CUBLAS)[^\n]*(unspecified launch failure|illegal memory access|launch timed out|no CUDA-capable device|NOT_INITIALIZED|INTERNAL_ERROR)/i

/** ONNX Runtime's message after what was being done: AppError 'out-of-memory', 'device-lost' or 'internal'. */
export function sessionError(what: string, error: unknown): AppError {
  const message = error instanceof Error ? error.message : String(error)
  const code =
    /bad_alloc|failed to allocate|out of (device )?memory|CUDA_ERROR_OUT_OF_MEMORY|CUBLAS_STATUS_ALLOC_FAILED|E_OUTOFMEMORY/i.test(message)
      ? 'out-of-memory'
      : lost.test(message)
        ? 'device-lost'
        : 'internal'
  return new AppError(code, `${what}: ${message}`, { cause: error })
}
