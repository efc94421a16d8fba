// The memory that a run may take: the machine's, as far as the device computes in it.
import { totalmem } from 'node:os'
import { availableMemory } from 'node:process'
import { installedTensorFlow, tensorflowFolder } from './tensorflow.ts'

/** Whether a device (the processor if absent) computes in memory of its own, of which no library says how much there is or is free.
 * Graphics on the processor's chip do not, but only of Apple's is it known. */
export function hasOwnMemory(device = 'cpu', platform: NodeJS.Platform = process.platform): boolean {
  if (device === 'cpu' || platform === 'darwin') return false
  return device !== 'tensorflow' || installedTensorFlow(tensorflowFolder())?.graphicsCard === true
}

/** macOS gives back what it keeps of files as soon as it is asked for it, and presses together what nobody uses, but counts neither as free. */
const macShare = 1 / 2

/** Bytes of the machine's memory that a process may still take, roughly.
 * @param measured what the system says is free, and what there is, bytes */
export function freeMemory(
  platform: NodeJS.Platform = process.platform,
  measured: { readonly available: number; readonly total: number } = { available: availableMemory(), total: totalmem() },
): number {
  const { available, total } = measured
  return platform === 'darwin' ? Math.max(available, macShare * total) : available
}
