// Decodes images on worker threads, some ahead of their consumer.
import { extname } from 'node:path'
import type { Image } from '../../core/data/views/image.ts'
import { ahead } from './ahead.ts'
import { WorkerPool } from './worker-pool.ts'

export interface DecodeJob {
  readonly path: string
  /** Larger images are reduced to it while they are decoded; null: never. */
  readonly shortSide: number | null
}

/** Why it is broken, or its pixels. */
export type DecodeResult = { readonly broken: string } | (Image & { readonly data: Uint8Array<ArrayBuffer> })

export class ImageDecoder {
  readonly #pool: WorkerPool<DecodeJob, DecodeResult>
  readonly #shortSide: number | null

  constructor(threads: number, shortSide: number | null) {
    // The worker stands beside this file, as .ts from source and as .js in a bundle.
    this.#pool = new WorkerPool(new URL(`./decode-worker${extname(import.meta.url)}`, import.meta.url), threads)
    this.#shortSide = shortSide
  }

  /** Groups of files in order; while one group is consumed the next one is decoded. */
  async *decode<Item extends { readonly file: string }>(
    items: readonly Item[],
    group: number,
  ): AsyncGenerator<{ items: readonly Item[]; images: DecodeResult[] }> {
    const groups = Array.from({ length: Math.ceil(items.length / group) }, (_, i) => items.slice(i * group, (i + 1) * group))
    const load = async (part: readonly Item[]): Promise<{ items: readonly Item[]; images: DecodeResult[] }> => ({
      items: part,
      images: await Promise.all(part.map(({ file }) => this.#pool.run({ path: file, shortSide: this.#shortSide }))),
    })
    yield* ahead(groups, load, 1)
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}
