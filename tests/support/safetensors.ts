// Reads safetensors files from disk.
import { readFileSync } from 'node:fs'
import { readSafetensors as read } from '../../src/core/tensor/safetensors.ts'
import type { HostTensor } from '../../src/core/tensor/tensor.ts'

/** All tensors of a file by name. The metadata of the file is read by `safetensorsMetadata`. */
export function readSafetensors(path: string | URL): Record<string, HostTensor> {
  return read(readFileSync(path)).tensors
}

/** The `__metadata__` strings of a file. */
export function safetensorsMetadata(path: string | URL): Record<string, string> {
  return read(readFileSync(path)).metadata
}
