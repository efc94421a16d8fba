// Random numbers of a training step: drawn on the host by the loop and fed anew at every step, so that every engine sees the same.
import type { Random } from '../tensor/random.ts'
import { tensor } from '../tensor/tensor.ts'
import type { HostTensor, Shape } from '../tensor/tensor.ts'

export type Draw = (random: Random) => HostTensor

/** A leaf of the step's program and how its numbers are drawn. */
export interface Noise {
  readonly feed: string
  readonly draw: Draw
}

/** Feeds by name, drawn in order. */
export function drawNoise(noise: readonly Noise[], random: Random): Record<string, HostTensor> {
  return Object.fromEntries(noise.map(({ feed, draw }) => [feed, draw(random)]))
}

/** Each element is 1/keep with probability `keep`, else 0. */
export function dropoutMask(shape: Shape, keep: number): Draw {
  return (random) => {
    const mask = tensor('float32', shape)
    const threshold = keep * 0x1_0000_0000
    const scale = 1 / keep
    for (let i = 0; i < mask.data.length; i++) mask.data[i] = random.uint32() < threshold ? scale : 0
    return mask
  }
}

/** The numbers from 0 to n - 1 in random order, int32 [n]. */
export function permutation(n: number): Draw {
  return (random) => tensor('int32', [n], random.shuffled(Array.from({ length: n }, (_, i) => i)))
}

/** n numbers of Beta(alpha, alpha), each or what it leaves to 1, whichever is larger: float32 [n] in [0.5, 1].
 * By rejection (Johnk, 1964), for an alpha that is not much larger than 1. */
export function largerShares(n: number, alpha: number): Draw {
  const share = (random: Random): number => {
    for (;;) {
      const [a, b] = [random.uniform() ** (1 / alpha), random.uniform() ** (1 / alpha)]
      if (a + b > 0 && a + b <= 1) return Math.max(a, b) / (a + b)
    }
  }
  return (random) =>
    tensor(
      'float32',
      [n],
      Array.from({ length: n }, () => share(random)),
    )
}
