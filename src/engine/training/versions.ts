// Versions that a run's record names.
import { env } from 'onnxruntime-node'
import sharp from 'sharp'

/** Of the runtime and of the libraries that decide numbers. */
export function versions(): Record<string, string> {
  return {
    node: process.versions.node,
    'onnxruntime-node': env.versions.node ?? 'unknown',
    sharp: sharp.versions.sharp,
    platform: `${process.platform}-${process.arch}`,
  }
}
