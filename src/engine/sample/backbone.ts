// A small backbone for the sample data set, made from a seed: fixed wavelets, then a linear layer fitted to drawings of other species.
import { availableParallelism } from 'node:os'
import * as g from '../../core/graph/build.ts'
import type { Engine } from '../../core/graph/program.ts'
import { symbolicBatch, writeOnnx } from '../../core/graph/onnx/write.ts'
import { normalise } from '../../core/data/views/normalise.ts'
import { recipe } from '../../core/data/views/recipe.ts'
import { makeView } from '../../core/data/views/view.ts'
import { deriveSeed, Random } from '../../core/tensor/random.ts'
import { tensor } from '../../core/tensor/tensor.ts'
import { writeFileAtomic } from '../../node/files.ts'
import { OnnxRuntimeEngine } from '../backends/onnxruntime/engine.ts'
import { drawButterfly, inTurns, sampleSize } from './butterflies.ts'
import { inventSpecies } from './individuals.ts'
import { waveletFeatures, waveletWidth } from './wavelets.ts'
import { fitWhitening } from './whitening.ts'
import type { Whitening } from './whitening.ts'

/** Edge of the square that the backbone sees, pixels. */
export const sampleImageSize = 96
/** Invented species that the last layer is fitted to. */
export const otherSpecies = 48
const normalize = 'symmetric'
const batch = 32

export interface SampleBackboneOptions {
  readonly seed: number
  /** Species that the last layer is fitted to, and individuals drawn of each. */
  readonly species: number
  readonly individuals: number
  readonly onProgress?: (done: number, total: number) => void
  readonly signal?: AbortSignal
}

/** An ONNX file: `input` float32 [N, 3, 96, 96] in -1..1 -> `features` float32 [N, 62]. It has seen no image and no label of the sample
 * species: its last layer learns from species invented for it which differences are between individuals, not between species.
 * @throws the signal's reason if it is aborted. */
export async function makeSampleBackbone(engine: Engine, options: SampleBackboneOptions): Promise<Uint8Array> {
  const { views, labels } = await drawOthers(options)
  return write(fitWhitening(await featuresOf(engine, views, options.signal), labels))
}

/** Makes the backbone of the sample data set as a file. @throws AppError naming the file; the signal's reason if it is aborted */
export async function writeSampleBackbone(path: string, options: Omit<SampleBackboneOptions, 'species' | 'individuals'>): Promise<void> {
  const engine = new OnnxRuntimeEngine({ threads: availableParallelism() })
  try {
    await writeFileAtomic(path, await makeSampleBackbone(engine, { ...options, species: otherSpecies, individuals: 8 }))
  } finally {
    await engine.dispose()
  }
}

/** Views [3, size, size] of invented species. */
async function drawOthers({
  seed,
  species,
  individuals,
  onProgress,
  signal,
}: SampleBackboneOptions): Promise<{ views: Float32Array[]; labels: number[] }> {
  const total = species * individuals
  const labels = Array.from({ length: total }, (_, i) => i % species)
  const views = labels.map(() => new Float32Array(3 * sampleImageSize ** 2))
  const middle = recipe('evaluation', { size: sampleImageSize, normalize })
  let done = 0
  await inTurns(
    [...views.entries()],
    async ([i, view]) => {
      const label = labels[i] ?? 0
      const one = inventSpecies(`other-${label}`, new Random(deriveSeed(seed, 'species', label)))
      const data = await drawButterfly(one, deriveSeed(seed, 'other', i))
      const image = { width: sampleSize, height: sampleSize, data }
      normalise(makeView(image, middle, new Random(0)), normalize, view)
      onProgress?.(++done, total)
    },
    signal,
  )
  return { views, labels }
}

async function featuresOf(engine: Engine, views: readonly Float32Array[], signal?: AbortSignal): Promise<Float32Array[]> {
  const x = g.input('x', { dtype: 'float32', shape: [batch, 3, sampleImageSize, sampleImageSize] })
  const executable = await engine.compile({ feeds: { x }, reads: {}, outputs: { features: waveletFeatures(x) }, updates: {} })
  const state = await engine.createState({})
  const rows: Float32Array[] = []
  try {
    while (rows.length < views.length) {
      signal?.throwIfAborted()
      const part = views.slice(rows.length, rows.length + batch)
      const images = tensor('float32', x.shape)
      part.forEach((view, i) => images.data.set(view, i * view.length))
      const { features } = await executable.run(state, { x: images })
      const data = features?.data as Float32Array
      rows.push(...part.map((_, i) => data.slice(i * waveletWidth, (i + 1) * waveletWidth)))
    }
  } finally {
    executable.dispose()
    state.dispose()
  }
  return rows
}

function write({ weights, offsets }: Whitening): Uint8Array {
  const input = g.input('input', { dtype: 'float32', shape: [symbolicBatch, 3, sampleImageSize, sampleImageSize] })
  const w = g.constant(tensor('float32', [waveletWidth, waveletWidth], weights))
  const b = g.constant(tensor('float32', [waveletWidth], offsets))
  const features = g.gemm(waveletFeatures(input), w, b, { transB: 1 })
  return writeOnnx({
    inputs: { input },
    outputs: { features },
    name: 'sample-wavelets',
    batch: 'N',
    metadata: { normalize, about: 'wavelets and a linear layer, fitted to drawings of invented butterflies; for the sample data set' },
  })
}
