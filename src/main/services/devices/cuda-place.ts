// Where ONNX Runtime looks for its CUDA libraries: beside its own.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { resourcesFolder } from '../../resources.ts'

/** Files that its installer puts there. */
export const cudaLibraries = [
  'libonnxruntime_providers_cuda.so',
  'libonnxruntime_providers_shared.so',
  'libonnxruntime_providers_tensorrt.so',
] as const

const library = 'onnxruntime-node'

/** Folder of the package's own files, as the engine finds it: in the resources of a packed application, else among the project's packages.
 * @throws where it is not installed */
export function onnxRuntimeFolder(): string {
  const packed = join(resourcesFolder(), 'engine', 'package.json')
  return dirname(createRequire(existsSync(packed) ? packed : import.meta.url).resolve(`${library}/package.json`))
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
