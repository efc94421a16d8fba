// Chance among butterflies: how individuals of a species differ, and species that nobody has named.
import type { Random } from '../../core/tensor/random.ts'
import type { Species, WingMarks } from './species.ts'

const about = (random: Random, value: number, spread: number): number => value * random.uniform(1 - spread, 1 + spread)

/** One individual of a species: its marks a little moved, larger or smaller; its veins and its outline its own. */
export function individual({ name, fore, hind, border, veins, tip }: Species, random: Random): Species {
  return {
    name,
    fore: varied(fore, random),
    hind: varied(hind, random),
    border: about(random, border, 0.3),
    veins: about(random, veins, 0.4),
    scallops: random.uniform(0, 0.06),
    tail: random.uniform() < 0.3 ? random.uniform(0.1, 0.3) : 0,
    tip: about(random, tip, 0.2),
  }
}

function varied({ eyes, bands, edgeDots }: WingMarks, random: Random): WingMarks {
  const [growth, shift] = [about(random, 1, 0.25), random.uniform(-0.04, 0.04)]
  return {
    eyes: eyes.map(({ r, t, size }) => ({
      r: r + random.uniform(-0.03, 0.03),
      t: t + random.uniform(-0.03, 0.03),
      size: about(random, size * growth, 0.1),
    })),
    bands: bands.map(({ from, to, wave }) => {
      const [centre, half] = [(from + to) / 2 + shift, about(random, (to - from) / 2, 0.3)]
      return { from: centre - half, to: centre + half, wave: about(random, wave, 0.3) }
    }),
    edgeDots,
  }
}

/** A species drawn at random, with marks of the same kinds as those of the sample species. */
export function inventSpecies(name: string, random: Random): Species {
  return {
    name,
    fore: inventMarks(random),
    hind: inventMarks(random),
    border: random.uniform(0.05, 0.16),
    veins: random.uniform(),
    scallops: 0.03,
    tail: 0,
    tip: random.uniform() < 0.3 ? random.uniform(0.2, 0.45) : 0,
  }
}

function inventMarks(random: Random): WingMarks {
  const eyes = [0, 0, 1, 1, 2, 3, 4][random.integer(7)] ?? 0
  const [size, r, single] = [random.uniform(0.07, 0.16), random.uniform(0.55, 0.78), random.uniform(0.1, 0.9)]
  const bands = [0, 0, 1, 2, 3][random.integer(5)] ?? 0
  const [width, first, wave] = [
    random.uniform(0.06, 0.12),
    random.uniform(0.3, 0.5),
    random.uniform() < 0.3 ? random.uniform(0.03, 0.07) : 0,
  ]
  return {
    eyes: Array.from({ length: eyes }, (_, i) => ({
      r,
      t: eyes === 1 ? single : 0.15 + (0.7 * (i + 0.5)) / eyes,
      size: eyes > 2 ? Math.min(size, 0.09) : size,
    })),
    bands: Array.from({ length: bands }, (_, i) => ({ from: first + i * 0.18, to: first + i * 0.18 + width, wave })),
    edgeDots: random.uniform() < 0.35 ? 5 + random.integer(5) : 0,
  }
}
