// Draws the dropout masks of a step on the host.
import type { DropoutMask } from '../nn/pass.ts'
import type { Random } from '../tensor/random.ts'
import { tensor } from '../tensor/tensor.ts'
import type { HostTensor } from '../tensor/tensor.ts'

/** Feeds by name: each element is 1/keep with probability `keep`, else 0. */
export function drawMasks(masks: readonly DropoutMask[], random: Random): Record<string, HostTensor> {
  const feeds: Record<string, HostTensor> = {}
  for (const { feed, shape, keep } of masks) {
    const mask = tensor('float32', shape)
    const threshold = keep * 0x1_0000_0000
    const scale = 1 / keep
    for (let i = 0; i < mask.data.length; i++) mask.data[i] = random.uint32() < threshold ? scale : 0
    feeds[feed] = mask
  }
  return feeds
}
