// Where TensorFlow can be had from, what it costs in bytes, and on which systems.
import { access } from 'node:fs/promises'
import type { TensorFlowNote } from '../../../node/tensorflow.ts'

export interface Source {
  readonly id: TensorFlowNote['source']
  /** TensorFlow's version. */
  readonly version: string
  /** About how much comes over the network, and how much stays on the disk, bytes. */
  readonly downloadBytes: number
  readonly diskBytes: number
  readonly licence: string
  /** What Python's package manager is asked for; null for the npm package's own installer. */
  readonly wheel: string | null
}

/** Versions that the binding has been built and tested with. */
const versions = '==2.21.*'

export const sources: readonly Source[] = [
  { id: 'cpu', version: '2.21', downloadBytes: 274e6, diskBytes: 855e6, licence: 'Apache-2.0', wheel: `tensorflow-cpu${versions}` },
  {
    id: 'cuda',
    version: '2.21, CUDA 12',
    downloadBytes: 3.2e9,
    diskBytes: 5.5e9,
    licence: 'Apache-2.0; NVIDIA’s libraries under NVIDIA’s own licences',
    wheel: `tensorflow${versions}`,
  },
  { id: 'package', version: '2.9.1, CUDA 11.2', downloadBytes: 0.5e9, diskBytes: 1.5e9, licence: 'Apache-2.0', wheel: null },
]

/** Oldest driver of NVIDIA's with which CUDA 12 runs. */
export const oldestDriver = 525

/** Why a source is not for this system; null if it is. */
export async function obstacle(
  { id, wheel }: Source,
  platform: NodeJS.Platform = process.platform,
  architecture: string = process.arch,
): Promise<string | null> {
  const system = `${platform} ${architecture}`
  if (wheel === null) return system === 'linux x64' || system === 'win32 x64' ? null : `expected Linux or Windows on x64, found ${system}`
  if (system !== 'linux x64' && system !== 'linux arm64') return `expected Linux on x64 or arm64, found ${system}`
  if (id === 'cuda' && !(await isThere('/proc/driver/nvidia/version'))) return 'expected a driver of NVIDIA’s, found none'
  return null
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
