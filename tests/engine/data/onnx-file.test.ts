// Model files on disk: external data stay inside the folder, and every failure names the file.
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { afterAll, describe, expect, it } from 'vitest'
import { OnnxBuilder } from '../../../src/core/graph/onnx/builder.ts'
import { ModelProtoSchema, TensorProto_DataLocation } from '../../../src/core/graph/onnx/onnx_pb.ts'
import { tensor } from '../../../src/core/tensor/tensor.ts'
import { readOnnxFile } from '../../../src/engine/data/onnx-file.ts'
import { AppError } from '../../../src/shared/errors.ts'

const root = mkdtempSync(join(tmpdir(), 'onnx-file-'))
const folder = join(root, 'model')
mkdirSync(join(folder, 'data'), { recursive: true })
afterAll(() => rmSync(root, { recursive: true }))

/** A model whose one weight [2] lies at `location`. */
function model(name: string, location: string, offset = 0, length: number | null = 8): string {
  const builder = new OnnxBuilder()
  builder.input('x', { dtype: 'float32', shape: ['N', 2] })
  builder.output(builder.node('Add', ['x', builder.initialiser(tensor('float32', [2]), 'w')]), { dtype: 'float32' })
  const proto = fromBinary(ModelProtoSchema, builder.serialise())
  for (const stored of proto.graph?.initializer ?? []) {
    stored.rawData = new Uint8Array(0)
    stored.dataLocation = TensorProto_DataLocation.EXTERNAL
    const entries = { location, offset: String(offset), ...(length !== null && { length: String(length) }) }
    stored.externalData = Object.entries(entries).map(([key, value]) => ({ $typeName: 'onnx.StringStringEntryProto', key, value }))
  }
  const path = join(folder, name)
  writeFileSync(path, toBinary(ModelProtoSchema, proto))
  return path
}

const weights = new Uint8Array(Float32Array.of(9, 1, 2).buffer)
writeFileSync(join(folder, 'w.bin'), weights)
writeFileSync(join(folder, 'data', 'w.bin'), weights)
writeFileSync(join(root, 'outside.bin'), weights)
symlinkSync(join(root, 'outside.bin'), join(folder, 'link.bin'))
symlinkSync(root, join(folder, 'up'))
symlinkSync(join(folder, 'data', 'w.bin'), join(folder, 'inside.bin'))
linkSync(join(folder, 'w.bin'), join(folder, 'hard.bin'))

describe('readOnnxFile', () => {
  it.each(['w.bin', 'data/w.bin', 'inside.bin', 'hard.bin'])('reads external data at %s', async (location) => {
    const { initialisers } = await readOnnxFile(model('good.onnx', location, 4))
    expect(initialisers.get('w')?.data).toEqual(Float32Array.of(1, 2))
    expect((await readOnnxFile(model('rest.onnx', location, 4, null))).initialisers.get('w')?.data).toEqual(Float32Array.of(1, 2))
  })

  it.each<[string, () => string, string]>([
    ['a missing file', () => join(folder, 'nothing.onnx'), 'no such file'],
    ['a folder', () => folder, 'expected a file, found a folder'],
    ...(process.platform === 'win32' ? [] : [['a device', () => '/dev/zero', 'found a device or pipe'] as [string, () => string, string]]),
    ['text', () => (writeFileSync(join(folder, 'text.onnx'), 'hello'), join(folder, 'text.onnx')), 'not an ONNX model'],
    ['data above the folder', () => model('up.onnx', '../outside.bin'), "expected a path inside the model's folder"],
    ['an absolute path', () => model('absolute.onnx', join(root, 'outside.bin')), "expected a path inside the model's folder"],
    ['a link out of the folder', () => model('link.onnx', 'link.bin'), 'found a link to'],
    ['a linked folder', () => model('dir.onnx', 'up/outside.bin'), 'found a link to'],
    ['missing data', () => model('missing.onnx', 'no.bin'), 'no.bin: no such file beside the model'],
    ['short data', () => model('short.onnx', 'w.bin', 8), 'w.bin: expected 16 bytes, found 12'],
    ['data of another size', () => model('size.onnx', 'w.bin', 0, null), '[2] needs 8 bytes, found 12'],
    ['a folder as data', () => model('folder.onnx', 'data'), 'expected a file'],
  ])('names %s', async (_, path, message) => {
    const at = path()
    const error: unknown = await readOnnxFile(at).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AppError)
    expect((error as AppError).message).toContain(message)
    expect((error as AppError).message).toContain(at)
    expect((error as AppError).message).not.toContain('\n')
    expect((error as AppError).isUserError).toBe(true)
  })

  it('refuses files and data above the limit', async () => {
    await expect(readOnnxFile(model('large.onnx', 'w.bin'), { limit: 100 })).rejects.toThrow('expected at most')
    await expect(readOnnxFile(model('large.onnx', 'w.bin'), { limit: 7 })).rejects.toThrow('expected at most')
  })
})
