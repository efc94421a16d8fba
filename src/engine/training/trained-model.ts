// An exported model, run by ONNX Runtime as any user of the file would run it: evaluation, prediction and the parity check use this.
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { z } from 'zod'
import type { Image } from '../../core/data/views/image.ts'
import { OnnxError } from '../../core/graph/onnx/errors.ts'
import { readOnnx } from '../../core/graph/onnx/read.ts'
import { AppError } from '../../shared/errors.ts'
import { fileError } from '../../node/file-error.ts'
import { metadataKeys } from './export.ts'

export const modelFileName = 'model.onnx'

export class TrainedModel {
  readonly path: string
  readonly classes: readonly string[]
  /** Short side, pixels, that it reduces images to; null where its file does not say. */
  readonly shortSide: number | null
  readonly #session: InferenceSession
  readonly #batches: boolean

  private constructor(path: string, { classes, shortSide }: Metadata, session: InferenceSession) {
    this.path = path
    this.classes = classes
    this.shortSide = shortSide
    this.#session = session
    const [image] = session.inputMetadata
    this.#batches = image?.isTensor === true && typeof image.shape[0] === 'string'
  }

  /** @param path of the file, or of the output folder of a run
   *  @throws AppError 'not-found', 'bad-model' */
  static async open(path: string, threads: number): Promise<TrainedModel> {
    const file = await locate(path)
    const metadata = metadataOf(file, await readBytes(file))
    try {
      const session = await InferenceSession.create(file, { intraOpNumThreads: threads, logSeverityLevel: 3 })
      return new TrainedModel(file, metadata, session)
    } catch (error) {
      throw new AppError('bad-model', `${file}: expected a model that ONNX Runtime runs, found: ${(error as Error).message}`, {
        cause: error,
      })
    }
  }

  /** Probabilities of the classes for one image of any size. */
  predict({ width, height, data }: Image): Promise<Float32Array> {
    return this.#run(data, [1, height, width, 3])
  }

  /** The same for many: those of one size go through the model together, if it takes more than one. */
  async predictAll(images: readonly Image[]): Promise<Float32Array[]> {
    const bySize = new Map<string, number[]>()
    for (const [i, { width, height }] of images.entries()) {
      const size = this.#batches ? `${width}x${height}` : String(i)
      bySize.set(size, [...(bySize.get(size) ?? []), i])
    }
    const results: Float32Array[] = []
    for (const members of bySize.values()) {
      const [first] = members.flatMap((i) => images[i] ?? [])
      if (!first) continue
      const data = new Uint8Array(members.length * first.data.length)
      for (const [at, i] of members.entries()) data.set(images[i]?.data ?? [], at * first.data.length)
      const probabilities = await this.#run(data, [members.length, first.height, first.width, 3])
      const classes = probabilities.length / members.length
      for (const [at, i] of members.entries()) results[i] = probabilities.subarray(at * classes, (at + 1) * classes)
    }
    return results
  }

  async #run(data: Uint8Array, shape: readonly number[]): Promise<Float32Array> {
    const { probabilities } = await this.#session.run({ image: new Tensor('uint8', data, shape) })
    if (!(probabilities?.data instanceof Float32Array))
      throw new AppError('bad-model', `${this.path}: expected an output named probabilities`)
    return probabilities.data
  }

  async close(): Promise<void> {
    await this.#session.release()
  }
}

async function locate(path: string): Promise<string> {
  try {
    return (await stat(path)).isDirectory() ? join(path, modelFileName) : path
  } catch (error) {
    throw fileError(error, 'open the model', path) ?? error
  }
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (error) {
    throw fileError(error, 'read the model', file) ?? error
  }
}

interface Metadata {
  readonly classes: readonly string[]
  readonly shortSide: number | null
}

const recipeSchema = z.object({ crop: z.object({ shortSide: z.int().min(1) }) })

function metadataOf(file: string, bytes: Uint8Array): Metadata {
  try {
    const { metadata } = readOnnx(bytes)
    const classes = z
      .array(z.string())
      .min(1)
      .parse(JSON.parse(metadata[metadataKeys.classes] ?? 'null'))
    const recipe = recipeSchema.safeParse(JSON.parse(metadata[metadataKeys.recipe] ?? 'null'))
    return { classes, shortSide: recipe.data?.crop.shortSide ?? null }
  } catch (error) {
    if (error instanceof OnnxError) throw new AppError('bad-model', `${file}: ${error.message}`, { cause: error })
    throw new AppError(
      'bad-model',
      `${file}: expected a model trained here (its metadata holds the class names), found another ONNX file`,
      {
        cause: error,
      },
    )
  }
}
