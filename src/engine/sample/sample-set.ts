// The sample data set: which butterflies, how they are photographed, and how many.
import type { SampleOptions } from './butterflies.ts'
import { sampleSpecies } from './species.ts'

/** Near and far, turned as they come: a few labels do not show every side of a species, many unlabelled images do. */
export const sampleSet: Pick<SampleOptions, 'species' | 'camera' | 'perSpecies'> = {
  species: sampleSpecies,
  camera: { scale: [0.8, 1.1], turn: 30 },
  perSpecies: { train: 40, validation: 8, test: 16 },
}
