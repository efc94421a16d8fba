// Compares features of all images with those of the labelled ones, in batches on the engine.
import * as g from '../../core/graph/build.ts'
import type { Engine, Executable, State } from '../../core/graph/program.ts'
import { Random } from '../../core/tensor/random.ts'
import { sizeOf, tensor } from '../../core/tensor/tensor.ts'
import type { FeatureStore } from '../data/feature-store.ts'

export interface Compared {
  /** For each image: the labelled images most like it, most like first, itself left out. `index` as in the store. */
  readonly neighbours: readonly (readonly { index: number; similarity: number }[])[]
  /** [n, width]: the images in fewer dimensions, their distances about as before. */
  readonly projected: Float32Array
  readonly width: number
}

const batch = 256
/** Neighbours that vote. */
const voters = 20
/** Labelled images that are compared with at most, every n-th of more. */
const mostLabelled = 20_000
/** Distances of unit vectors keep to about 1/sqrt(64) (Johnson and Lindenstrauss 1984): enough to tell like from unlike. */
const projectedWidth = 64

export class Comparison {
  readonly #store: FeatureStore
  readonly #indices: readonly number[]
  readonly #labelled: readonly number[]
  readonly #mean: Float32Array
  readonly #executable: Executable
  readonly #state: State
  readonly #k: number

  private constructor(
    store: FeatureStore,
    indices: readonly number[],
    labelled: readonly number[],
    mean: Float32Array,
    executable: Executable,
    state: State,
    k: number,
  ) {
    this.#store = store
    this.#indices = indices
    this.#labelled = labelled
    this.#mean = mean
    this.#executable = executable
    this.#state = state
    this.#k = k
  }

  /** @param indices all images, @param labelled those with a label among them; as in the store */
  static async open(engine: Engine, store: FeatureStore, indices: readonly number[], labelled: readonly number[]): Promise<Comparison> {
    const width = sizeOf(store.shape)
    const step = Math.ceil(labelled.length / mostLabelled)
    const chosen = labelled.filter((_, i) => i % step === 0)
    const mean = meanOf(store, indices, width)
    // One more than vote: an image is its own nearest.
    const k = Math.min(voters + 1, chosen.length)
    const x = g.input('x', { dtype: 'float32', shape: [batch, width] })
    const projection = g.input('projection', { dtype: 'float32', shape: [width, projectedWidth] })
    const projected = g.matMul(x, projection)
    const random = new Random(0)
    const values = { projection: tensor('float32', projection.shape, normals(random, width * projectedWidth)) }
    if (k === 0) {
      const executable = await engine.compile({ feeds: { x }, reads: { projection }, outputs: { projected }, updates: {} })
      return new Comparison(store, indices, chosen, mean, executable, await engine.createState(values), k)
    }
    const others = g.input('others', { dtype: 'float32', shape: [width, chosen.length] })
    const { values: similarities, indices: which } = g.topK(g.matMul(x, others), k, 1)
    const reads = { projection, others }
    const executable = await engine.compile({ feeds: { x }, reads, outputs: { projected, similarities, which }, updates: {} })
    const columns = tensor('float32', others.shape)
    const row = new Float32Array(width)
    for (const [column, index] of chosen.entries()) {
      readUnit(store, index, mean, row, 0)
      for (let j = 0; j < width; j++) columns.data[j * chosen.length + column] = row[j] ?? 0
    }
    return new Comparison(store, indices, chosen, mean, executable, await engine.createState({ ...values, others: columns }), k)
  }

  /** @param progress awaited after each batch, with the images done; may throw to end it */
  async compare(progress: (done: number) => Promise<void>): Promise<Compared> {
    const width = this.#mean.length
    const neighbours: { index: number; similarity: number }[][] = []
    const all = new Float32Array(this.#indices.length * projectedWidth)
    for (let from = 0; from < this.#indices.length; from += batch) {
      const part = this.#indices.slice(from, from + batch)
      const x = tensor('float32', [batch, width])
      part.forEach((index, i) => readUnit(this.#store, index, this.#mean, x.data, i * width))
      const { projected, similarities, which } = await this.#executable.run(this.#state, { x })
      all.set((projected?.data as Float32Array).subarray(0, part.length * projectedWidth), from * projectedWidth)
      for (const [i, index] of part.entries()) {
        const row = Array.from({ length: this.#k }, (_, rank) => ({
          index: this.#labelled[Number(which?.data[i * this.#k + rank])] ?? -1,
          similarity: Number(similarities?.data[i * this.#k + rank]),
        }))
        neighbours.push(row.filter((other) => other.index !== index).slice(0, voters))
      }
      await progress(from + part.length)
    }
    return { neighbours, projected: all, width: projectedWidth }
  }

  dispose(): void {
    this.#executable.dispose()
    this.#state.dispose()
  }
}

/** Features are positive for the most part: without their mean all images are alike. */
function meanOf(store: FeatureStore, indices: readonly number[], width: number): Float32Array {
  const sum = new Float64Array(width)
  const row = new Float32Array(width)
  for (const index of indices) {
    store.read(index, 0, row, 0)
    for (let j = 0; j < width; j++) sum[j] = (sum[j] ?? 0) + (row[j] ?? 0)
  }
  return Float32Array.from(sum, (value) => value / Math.max(1, indices.length))
}

/** Features less their mean, at length 1. */
function readUnit(store: FeatureStore, index: number, mean: Float32Array, out: Float32Array, offset: number): void {
  store.read(index, 0, out, offset)
  let square = 0
  for (let j = 0; j < mean.length; j++) {
    const value = (out[offset + j] ?? 0) - (mean[j] ?? 0)
    out[offset + j] = value
    square += value * value
  }
  const scale = 1 / Math.max(Math.sqrt(square), 1e-12)
  for (let j = 0; j < mean.length; j++) out[offset + j] = (out[offset + j] ?? 0) * scale
}

function normals(random: Random, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.normal(0, 1 / Math.sqrt(projectedWidth)))
}
