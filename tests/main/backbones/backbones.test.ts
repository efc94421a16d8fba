// Backbones: taken in whole or not at all, once by content, refused with the reason.
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import { ModelProtoSchema, TensorProto_DataLocation } from '../../../src/core/graph/onnx/onnx_pb.ts'
import { backboneFile, backbones, idOfFile } from '../../../src/main/services/backbones/index.ts'
import { calls, testStudio } from '../../support/services.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'

const { studio, folder, events } = testStudio()
const service = calls('backbones', backbones(studio))
const kept = join(studio.dataFolder, 'backbones')

/** The tiny backbone with its weights in a file of their own. */
function withExternalData(path: string, location: string): void {
  const proto = fromBinary(ModelProtoSchema, tinyBackbone({ seed: 2 }))
  const parts: Uint8Array[] = []
  let offset = 0
  for (const stored of proto.graph?.initializer ?? []) {
    const entries = { location, offset: String(offset), length: String(stored.rawData.length) }
    parts.push(stored.rawData)
    offset += stored.rawData.length
    stored.rawData = new Uint8Array(0)
    stored.dataLocation = TensorProto_DataLocation.EXTERNAL
    stored.externalData = Object.entries(entries).map(([key, value]) => ({ $typeName: 'onnx.StringStringEntryProto', key, value }))
  }
  mkdirSync(dirname(join(path, '..', location)), { recursive: true })
  writeFileSync(join(path, '..', location), Buffer.concat(parts))
  writeFileSync(path, toBinary(ModelProtoSchema, proto))
}

test('the same content is one entry, found by its id until it is removed', async () => {
  const file = join(folder, 'tiny net.onnx')
  writeFileSync(file, tinyBackbone({ metadata: { normalize: 'symmetric' } }))
  writeFileSync(join(folder, 'again.onnx'), readFileSync(file))
  expect(await service.inspect({ file })).toMatchObject({ trainable: true, bytes: readFileSync(file).length, dataFiles: [] })
  expect(await service.list({})).toEqual({ backbones: [] })

  expect(await idOfFile(studio, file)).toBeUndefined()
  const added = await service.add({ file })
  expect(await idOfFile(studio, file)).toBe(added.id)
  expect(await idOfFile(studio, join(folder, 'missing.onnx'))).toBeUndefined()
  expect(added).toMatchObject({ name: 'tiny net', normalize: 'symmetric', available: true, id: added.sha256.slice(0, 16) })
  expect(await service.add({ file: join(folder, 'again.onnx'), name: 'other' })).toEqual(added)
  expect(await service.list({})).toEqual({ backbones: [added] })
  expect(events.at(-1)).toMatchObject({ topic: 'backbones.changed', payload: { backbones: [added] } })
  expect(readFileSync(await backboneFile(studio, added.id)).equals(readFileSync(file))).toBe(true)

  rmSync(added.file)
  expect((await service.list({})).backbones).toMatchObject([{ id: added.id, available: false }])
  await expect(backboneFile(studio, added.id)).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining(added.file) as string,
  })
  // Adding it again brings the file back under the name it had.
  expect(await service.add({ file: join(folder, 'again.onnx') })).toMatchObject({ id: added.id, name: 'tiny net', available: true })

  await service.remove({ id: added.id })
  expect(readdirSync(kept)).toEqual([])
  await expect(service.remove({ id: added.id })).rejects.toMatchObject({ code: 'not-found' })
  await expect(backboneFile(studio, '../data')).rejects.toMatchObject({ code: 'not-found' })
})

test('external data comes along; it is part of what a backbone is', async () => {
  mkdirSync(join(folder, 'large'))
  const file = join(folder, 'large', 'net.onnx')
  withExternalData(file, 'data/weights.bin')
  symlinkSync(file, join(folder, 'link.onnx'))
  const added = await service.add({ file: join(folder, 'link.onnx'), name: 'large' })
  expect(await service.inspect({ file: added.file })).toMatchObject({
    trainable: true,
    sha256: added.sha256,
    dataFiles: ['data/weights.bin'],
  })
  const weights = readFileSync(join(folder, 'large/data/weights.bin'))
  weights[0]! ^= 1
  writeFileSync(join(folder, 'large/data/weights.bin'), weights)
  expect((await service.add({ file })).id).not.toBe(added.id)
})

test('what cannot be trained is refused, and leaves nothing', async () => {
  const before = readdirSync(kept)
  writeFileSync(join(folder, 'text.onnx'), 'no model')
  await expect(service.add({ file: join(folder, 'text.onnx') })).rejects.toMatchObject({ code: 'bad-model' })
  await expect(service.add({ file: join(folder, 'missing.onnx') })).rejects.toMatchObject({ code: 'not-found' })
  await expect(service.add({ file: 'relative.onnx' })).rejects.toMatchObject({ code: 'bad-option' })
  mkdirSync(join(folder, 'inner'))
  withExternalData(join(folder, 'inner/out.onnx'), '../escaped.bin')
  await expect(service.add({ file: join(folder, 'inner/out.onnx') })).rejects.toMatchObject({ code: 'bad-model' })
  const proto = fromBinary(ModelProtoSchema, tinyBackbone())
  for (const node of proto.graph?.node ?? []) if (node.opType === 'Relu') node.opType = 'Celu'
  writeFileSync(join(folder, 'celu.onnx'), toBinary(ModelProtoSchema, proto))
  await expect(service.add({ file: join(folder, 'celu.onnx') })).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('Celu') as string,
  })
  expect(readdirSync(kept)).toEqual(before)
})
