// How butterflies are photographed.
import type { Random } from '../../core/tensor/random.ts'

export interface Camera {
  /** Least and greatest size; at 1 the spread wings take five sixths of the image's edge. */
  readonly scale: readonly [number, number]
  /** Standard deviation of the turn, degrees. */
  readonly turn: number
}

/** What the sensor makes of the light, in place: brightness, and noise that is nearly normal (a sum of four uniform bytes). */
export function expose(pixels: Uint8Array, random: Random): void {
  const gain = random.uniform(0.75, 1.15)
  const noise = random.uniform(2, 9) / 148
  for (let i = 0; i < pixels.length; i++) {
    const bits = random.uint32()
    const grain = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510
    pixels[i] = Math.max(0, Math.min(255, Math.round((pixels[i] ?? 0) * gain + noise * grain)))
  }
}
