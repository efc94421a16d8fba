// The devices that there may be, in the order in which they are shown.

export interface KnownDevice {
  readonly id: string
  readonly name: string
  /** Systems on which it is offered to be tried. */
  readonly platforms: readonly NodeJS.Platform[]
  /** Its speed is, or may be, that of the processor's threads: measured with other ones, it is not known. */
  readonly isThreaded?: boolean
}

/** An engine's devices, one row each: what openEngine of src/engine/backends takes. */
const all: readonly KnownDevice[] = [
  { id: 'cpu', name: 'Processor', platforms: ['linux', 'win32', 'darwin'], isThreaded: true },
  { id: 'cuda', name: 'NVIDIA graphics card (CUDA)', platforms: ['linux'] },
  { id: 'dml', name: 'Graphics card (DirectML)', platforms: ['win32'] },
  { id: 'coreml', name: 'Apple Neural Engine and graphics (Core ML)', platforms: ['darwin'] },
  { id: 'webgpu', name: 'Graphics card (WebGPU)', platforms: ['linux', 'win32', 'darwin'] },
  { id: 'tensorflow', name: 'TensorFlow', platforms: ['linux', 'win32'], isThreaded: true },
]

export function knownDevices(platform: NodeJS.Platform = process.platform): readonly KnownDevice[] {
  const offered = all.filter(({ platforms }) => platforms.includes(platform))
  return offered.length > 0 ? offered : all.filter(({ id }) => id === 'cpu')
}
