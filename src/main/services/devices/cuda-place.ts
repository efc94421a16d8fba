// Where ONNX Runtime looks for its CUDA libraries: beside its own.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Files that its installer puts there. */
export const cudaLibraries = [
  'libonnxruntime_providers_cuda.so',
  'libonnxruntime_providers_shared.so',
  'libonnxruntime_providers_tensorrt.so',
] as const

/** Folder of onnxruntime-node's own files. @throws where the package is not installed */
export function onnxRuntimeFolder(): string {
  return dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
}

/** Where its native libraries lie; null where it cannot be found from here. */
export function librariesFolder(platform: NodeJS.Platform = process.platform, arch: string = process.arch): string | null {
  try {
    return join(onnxRuntimeFolder(), 'bin', 'napi-v6', platform, arch)
  } catch {
    return null
  }
}

/** The library whose presence says that CUDA is installed. */
export function cudaLibrary(): string {
  return join(librariesFolder() ?? '', cudaLibraries[0])
}
