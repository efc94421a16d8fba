// What the loader and its worker threads say to each other: plain messages, pixels in shared memory.
import type { ViewRecipe } from '../../core/data/views/recipe.ts'

/** A decoded image in shared memory: height * width * 3 bytes. */
export interface SharedImage {
  readonly width: number
  readonly height: number
  readonly data: SharedArrayBuffer
}

/** Views of one image. */
export interface ImageTask {
  /** Absolute path. */
  readonly path: string
  /** Decoded before, or null: then the file is read. */
  readonly image: SharedImage | null
  readonly views: readonly ViewTask[]
}

export interface ViewTask {
  /** Which of the job's recipes. */
  readonly recipe: number
  readonly seed: number
  /** Where the view goes in the output, in float32 elements. */
  readonly offset: number
}

export interface ViewJob {
  readonly recipes: readonly ViewRecipe[]
  /** Short side that images are brought to: larger ones at most, or `exact`: every one. */
  readonly shortSide: number
  /** Resized from all pixels, to the same bytes as the views and the exported model do it, so that what is measured is what the model does;
   * else large files are reduced while they are decoded, several times as fast. */
  readonly exact: boolean
  /** Hand the decoded images back, so that they can be kept. */
  readonly returnImages: boolean
  readonly images: readonly ImageTask[]
  /** float32. */
  readonly output: SharedArrayBuffer
}

/** One answer an image: why it is broken, or its pixels if they were asked for and read from the file. */
export type ImageResult = { readonly broken: string } | { readonly image: SharedImage | null }
