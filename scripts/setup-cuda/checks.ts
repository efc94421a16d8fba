// What keeps CUDA from being set up here, said before anything is downloaded.
import { readFile, statfs } from 'node:fs/promises'

/** NVIDIA's driver for Linux from which on CUDA 12 runs (CUDA Toolkit release notes, minor version compatibility). */
const oldestDriver = 525
/** Bytes: the package and the libraries out of it, for a moment both. */
export const neededBytes = 2 * 2 ** 30

export interface Machine {
  readonly platform: NodeJS.Platform
  readonly arch: string
  /** Version of NVIDIA's driver, e.g. `550.54.14`; null = there is none. */
  readonly driver: string | null
  readonly freeBytes: number
}

/** @param folder where the libraries are to lie */
export async function thisMachine(folder: string): Promise<Machine> {
  const { bavail, bsize } = await statfs(folder)
  const said = await readFile('/proc/driver/nvidia/version', 'utf8').catch(() => '')
  return { platform: process.platform, arch: process.arch, driver: driverVersion(said), freeBytes: bavail * bsize }
}

/** From what the kernel module says of itself. */
export function driverVersion(said: string): string | null {
  return /Kernel Module(?: for \S+)?\s+(\d+(?:\.\d+)+)/.exec(said)?.[1] ?? null
}

/** One line, or null where nothing is in the way. @param withoutDriver e.g. while an image for other machines is made */
export function obstacle({ platform, arch, driver, freeBytes }: Machine, withoutDriver: boolean): string | null {
  if (platform !== 'linux' || arch !== 'x64') {
    const other = platform === 'win32' ? ': on Windows, DirectML comes with the application and needs no setting up' : ''
    return `expected Linux on x64, for which ONNX Runtime has CUDA libraries, found ${platform} on ${arch}${other}`
  }
  if (!withoutDriver && driver === null)
    return `expected NVIDIA's driver, ${oldestDriver} or newer, found none; --without-driver sets up all the same`
  if (!withoutDriver && driver !== null && Number.parseInt(driver) < oldestDriver)
    return `expected NVIDIA's driver ${oldestDriver} or newer, which CUDA 12 needs, found ${driver}`
  if (freeBytes < neededBytes) return `expected ${gigabytes(neededBytes)} free, found ${gigabytes(freeBytes)}`
  return null
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GB`
}
