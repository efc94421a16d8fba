// Species without a name: marks drawn at random. A network pre-trained on them knows wings, but none of the sample's own species.
import { Random } from '../../core/tensor/random.ts'
import type { Species, WingMarks } from './species.ts'

/** The same seed gives the same species. */
export function inventedSpecies(seed: number): Species {
  const random = new Random(seed)
  return {
    name: `species-${String(seed).padStart(3, '0')}`,
    fore: inventedMarks(random),
    hind: inventedMarks(random),
    border: random.uniform(0.05, 0.16),
    veins: random.uniform(),
    scallops: 0.03,
    tail: 0,
    tip: random.uniform() < 0.3 ? random.uniform(0.2, 0.45) : 0,
  }
}

function inventedMarks(random: Random): WingMarks {
  const eyeCount = [0, 0, 1, 1, 2, 3, 4][random.integer(7)] ?? 0
  const [size, r, alone] = [random.uniform(0.07, 0.16), random.uniform(0.55, 0.78), random.uniform(0.1, 0.9)]
  const eyes = Array.from({ length: eyeCount }, (_, i) => ({
    r,
    t: eyeCount === 1 ? alone : 0.15 + (0.7 * (i + 0.5)) / eyeCount,
    size: eyeCount > 2 ? Math.min(size, 0.09) : size,
  }))
  const bandCount = [0, 0, 1, 2, 3][random.integer(5)] ?? 0
  const [width, start] = [random.uniform(0.06, 0.12), random.uniform(0.3, 0.5)]
  const wave = random.uniform() < 0.3 ? random.uniform(0.03, 0.07) : 0
  const bands = Array.from({ length: bandCount }, (_, i) => ({ from: start + i * 0.18, to: start + i * 0.18 + width, wave }))
  return { eyes, bands, edgeDots: random.uniform() < 0.35 ? 5 + random.integer(5) : 0 }
}
