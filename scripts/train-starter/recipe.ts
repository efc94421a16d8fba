// What the starter backbone is trained with: photos, teacher, network, steps.
import { recipe as viewRecipe } from '../../src/core/data/views/recipe.ts'
import type { Normalization, RecipeName, ViewRecipe } from '../../src/core/data/views/recipe.ts'
import type { Camera } from '../../src/engine/sample/camera.ts'
import type { Architecture } from './network.ts'

export interface Source {
  readonly name: string
  /** Inside the folder of the data. */
  readonly folder: string
}

export interface TeacherFile {
  /** Inside the folder of the data. */
  readonly file: string
  readonly normalize: Normalization
  /** Edge of the images that it is shown, pixels. */
  readonly size: number
  /** Name in the file of what its classifier, a 1x1 convolution, takes: [N, F, 1, 1]. */
  readonly pooled: string
}

/** Butterflies of invented species, from the generator of the sample project. The student is told their species: photos alone teach it shapes and colours, not small marks. */
export interface Drawings {
  readonly species: number
  /** Of each species. */
  readonly individuals: number
  readonly camera: Camera
  /** Smallest share of the area that a view shows. */
  readonly cropScale: number
  /** In a batch, beside the photos. */
  readonly batch: number
  /** Of the cross-entropy of their species. */
  readonly weight: number
}

export interface Cycle {
  readonly steps: number
  /** Edge of the student's views, pixels: small ones first (Tan and Le, ICML 2021), they cost less. */
  readonly size: number
  readonly learningRate: number
  /** How many of the drawings' species go along, few before many: marks are learnt from few, and what marks there are from many. 0: photos alone. */
  readonly species: number
}

export interface Recipe {
  readonly seed: number
  readonly sources: readonly Source[]
  /** Share of each source's classes whose photos are left out altogether, so that the backbone can be measured on classes that it has not seen. */
  readonly heldOutShare: number
  /** Photos of the training split that are only looked at, to tell how far it is. */
  readonly validation: number
  readonly teacher: TeacherFile
  readonly architecture: Architecture
  /** Random views of each photo that the teacher is asked about, once; half of the times the student sees one it is mirrored. */
  readonly views: number
  /** Smallest share of the area that a view shows. */
  readonly cropScale: number
  readonly batch: number
  readonly drawings: Drawings
  /** In a cycle the rate falls to zero along a cosine; the next one goes on from there (Loshchilov and Hutter, ICLR 2017),
   * so that there is a whole network after each. */
  readonly cycles: readonly Cycle[]
  /** Share of a cycle in which the rate rises. */
  readonly warmUp: number
  readonly momentum: number
  readonly weightDecay: number
  /** Of the squared distance of the features; the classes' weighs 1. */
  readonly featureWeight: number
  /** Softens the teacher's probabilities (Hinton et al., 2015). */
  readonly temperature: number
  readonly validations: number
}

export const starterRecipe: Recipe = {
  seed: 0,
  sources: [
    { name: 'grocery', folder: 'grocery/dataset' },
    { name: 'clothing10', folder: 'clothing10' },
  ],
  heldOutShare: 0.2,
  validation: 256,
  teacher: { file: 'weights/mobilenet_v2_1.0_224_tf_fp32.onnx', normalize: 'symmetric', size: 160, pooled: 't172' },
  architecture: { size: 128, widths: [24, 48, 96, 192], blocks: [1, 1, 2, 2], features: 640 },
  views: 5,
  cropScale: 0.2,
  batch: 64,
  drawings: { species: 2000, individuals: 6, camera: { scale: [0.45, 1.1], turn: 40 }, cropScale: 0.5, batch: 24, weight: 1 },
  cycles: [
    { steps: 2400, size: 64, learningRate: 0.1, species: 0 },
    { steps: 3000, size: 96, learningRate: 0.08, species: 400 },
    { steps: 1000, size: 128, learningRate: 0.03, species: 400 },
    { steps: 3000, size: 96, learningRate: 0.08, species: 2000 },
    { steps: 1000, size: 128, learningRate: 0.03, species: 2000 },
    { steps: 3000, size: 96, learningRate: 0.08, species: 2000 },
    { steps: 1500, size: 128, learningRate: 0.03, species: 2000 },
  ],
  warmUp: 0.03,
  momentum: 0.9,
  weightDecay: 1e-4,
  featureWeight: 10,
  temperature: 2,
  validations: 10,
}

/** Edge of the grey square, as a share of the view's: the student's views and the teacher's differ in size alone. */
const cutoutShare = 1 / 8

/** A view for the student or the teacher: from one seed both see the same part of a photo, changed in the same way. */
export function viewOf(kind: RecipeName, size: number, pixels: Normalization, cropScale: number): ViewRecipe {
  const view = viewRecipe(kind, { size, normalize: pixels, scale: [cropScale, 1] })
  return { ...view, randAugment: view.randAugment && { ...view.randAugment, cutout: Math.round(size * cutoutShare) } }
}
