// The sample data set: which butterflies, how they are photographed, and how many.
import type { SampleOptions } from './butterflies.ts'
import { sampleSpecies } from './species.ts'

/** Small and turned as they come: a few labels do not show every side of a species, many unlabelled images do. */
export const sampleSet: Pick<SampleOptions, 'species' | 'camera' | 'perSpecies'> = {
  species: sampleSpecies,
  camera: { scale: [0.5, 0.8], turn: 40 },
  perSpecies: { train: 40, validation: 8, test: 16 },
}
