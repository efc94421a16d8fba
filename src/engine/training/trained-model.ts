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
  readonly #session: InferenceSession

  private constructor(path: string, classes: readonly string[], session: InferenceSession) {
    this.path = path
    this.classes = classes
    this.#session = session
  }

  /** @param path of the file, or of the output folder of a run
   *  @throws AppError 'not-found', 'bad-model' */
  static async open(path: string, threads: number): Promise<TrainedModel> {
    const file = await locate(path)
    const classes = classNames(file, await readBytes(file))
    try {
      const session = await InferenceSession.create(file, { intraOpNumThreads: threads, logSeverityLevel: 3 })
      return new TrainedModel(file, classes, session)
    } catch (error) {
      throw new AppError('bad-model', `${file}: expected a model that ONNX Runtime runs, found: ${(error as Error).message}`, {
        cause: error,
      })
    }
  }

  /** Probabilities of the classes for one image of any size. */
  async predict({ width, height, data }: Image): Promise<Float32Array> {
    const { probabilities } = await this.#session.run({ image: new Tensor('uint8', data, [1, height, width, 3]) })
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

function classNames(file: string, bytes: Uint8Array): string[] {
  try {
    const { metadata } = readOnnx(bytes)
    return z
      .array(z.string())
      .min(1)
      .parse(JSON.parse(metadata[metadataKeys.classes] ?? 'null'))
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
