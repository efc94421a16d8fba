// Reads an ONNX file from disk, with the data that large models keep in files beside it.
import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs'
import { readFile, realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { OnnxError } from '../../core/graph/onnx/errors.ts'
import type { OnnxModel } from '../../core/graph/onnx/model.ts'
import { readOnnx } from '../../core/graph/onnx/read.ts'
import type { ExternalLoader } from '../../core/graph/onnx/tensor-proto.ts'
import { AppError } from '../../shared/errors.ts'
import { fileError } from '../../node/file-error.ts'
import { isBelow } from '../../node/inside.ts'

const gibibyte = 2 ** 30

export interface ReadOnnxFileOptions {
  /** Largest file, and largest sum of external data, in bytes. 2 GiB (protobuf's own limit) if left out. */
  readonly limit?: number
  /** Called with each file of external data that the model names, relative to its folder; once or more. */
  readonly onExternal?: (location: string) => void
}

/** @throws AppError naming the file: 'not-found' or 'no-access', or 'bad-model' if it is too large, not ONNX, cut short, or reaches for data outside its folder. */
export async function readOnnxFile(path: string, { limit = 2 * gibibyte, onExternal }: ReadOnnxFileOptions = {}): Promise<OnnxModel> {
  try {
    const bytes = await readWhole(path, limit)
    return readOnnx(bytes, { external: externalLoader(dirname(await realpath(path)), limit, onExternal) })
  } catch (error) {
    if (error instanceof OnnxError) throw new AppError('bad-model', `${path}: ${error.message}`, { details: { path }, cause: error })
    throw fileError(error, 'read', path) ?? error
  }
}

async function readWhole(path: string, limit: number): Promise<Uint8Array> {
  const found = await stat(path)
  if (!found.isFile()) throw new OnnxError(`expected a file, found ${found.isDirectory() ? 'a folder' : 'a device or pipe'}`)
  if (found.size > limit) throw tooLarge(found.size, limit)
  return readFile(path)
}

/** Reads ranges of files in the model's folder or below it. Links are followed first, so that they cannot lead out of it. */
function externalLoader(folder: string, limit: number, onExternal?: (location: string) => void): ExternalLoader {
  let total = 0
  return (location, offset, length) => {
    onExternal?.(location)
    const path = resolveInside(folder, location)
    const file = openSync(path, 'r')
    try {
      const found = fstatSync(file)
      if (!found.isFile()) throw new OnnxError(`external data ${location}: expected a file, found something else`)
      const end = length === undefined ? found.size : offset + length
      if (offset > end || end > found.size) throw new OnnxError(`external data ${location}: expected ${end} bytes, found ${found.size}`)
      total += end - offset
      if (total > limit) throw tooLarge(total, limit)
      const bytes = new Uint8Array(end - offset)
      for (let done = 0; done < bytes.length;) {
        const read = readSync(file, bytes, done, bytes.length - done, offset + done)
        if (read === 0) throw new OnnxError(`external data ${location}: expected ${end} bytes, found ${offset + done}`)
        done += read
      }
      return bytes
    } finally {
      closeSync(file)
    }
  }
}

function resolveInside(folder: string, location: string): string {
  let path: string
  try {
    path = realpathSync(resolve(folder, location))
  } catch (error) {
    throw new OnnxError(`external data ${location}: no such file beside the model`, { cause: error })
  }
  if (!isBelow(folder, path))
    throw new OnnxError(`external data ${location}: expected a file inside the model's folder, found a link to ${path}`)
  return path
}

function tooLarge(found: number, limit: number): OnnxError {
  const size = (bytes: number): string => `${(bytes / gibibyte).toFixed(2)} GiB`
  return new OnnxError(`expected at most ${size(limit)}, found ${size(found)}`)
}
