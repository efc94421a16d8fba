// The catalogue: nothing is fetched unasked or without its licence; what has come is a backbone like any other.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { catalogueEntry } from '../../../src/shared/contract/backbones.ts'
import { catalogue } from '../../../src/main/services/backbones/catalogue.ts'
import type { Listed } from '../../../src/main/services/backbones/catalogue.ts'
import { backbones } from '../../../src/main/services/backbones/index.ts'
import { calls, testStudio } from '../../support/services.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'
import { answerWith, fileServer } from './file-server.ts'
import type { Answer } from './file-server.ts'

const { studio, ended, events } = testStudio()
const network = Buffer.from(tinyBackbone())
let content = network
const server = await fileServer(() => content)
afterAll(() => server.close())

const entry: Listed = {
  id: 'tiny',
  name: 'Tiny',
  publisher: 'somebody',
  address: server.address,
  bytes: network.length,
  sha256: createHash('sha256').update(network).digest('hex'),
  licence: { id: 'Apache-2.0', address: 'https://www.apache.org/licenses/LICENSE-2.0' },
  normalize: 'unit',
  parameters: 6000,
  imageSize: 32,
  record: 'https://example.org/record',
}
const isAllowed = ({ hostname }: URL): boolean => hostname === '127.0.0.1'
const service = calls('backbones', backbones(studio, { catalogue: [entry], isAllowed, environment: {} }))
const downloads = join(studio.dataFolder, 'downloads')

test('the application’s own entries are whole, and point to their publisher by https', () => {
  const rest = { backbone: null, task: null, partialBytes: 0 }
  for (const listed of catalogue) {
    expect(catalogueEntry.parse({ ...listed, ...rest })).toMatchObject({ id: listed.id })
    expect(listed.address).toMatch(/^https:\/\/huggingface\.co\/onnxmodelzoo\//)
    expect(listed.record).toMatch(/^https:\/\/github\.com\/onnx\/models\/blob\/[0-9a-f]{40}\/.+\.onnx$/)
    expect(listed.bytes).toBeGreaterThan(3.8 * listed.parameters)
  }
  expect(new Set(catalogue.flatMap(({ id, sha256, address }) => [id, sha256, address])).size).toBe(3 * catalogue.length)
})

test('an entry is fetched when it is asked for, with its licence; then it is there', async () => {
  expect(await service.catalogue({})).toMatchObject({ entries: [{ id: 'tiny', backbone: null, task: null, partialBytes: 0 }] })
  await expect(service.download({ entry: 'tiny', licence: 'MIT' })).rejects.toMatchObject({ code: 'bad-option' })
  await expect(service.download({ entry: 'large', licence: 'MIT' })).rejects.toMatchObject({ code: 'not-found' })
  expect(server.asked).toEqual([])

  const first = await service.download({ entry: 'tiny', licence: 'Apache-2.0' })
  expect(await service.download({ entry: 'tiny', licence: 'Apache-2.0' })).toEqual(first)
  expect(await service.catalogue({})).toMatchObject({ entries: [{ task: first.task }] })
  await expect(service.discard({ entry: 'tiny' })).rejects.toMatchObject({ code: 'in-use' })
  const task = await ended(first)
  expect(task).toMatchObject({ state: 'done', kind: 'download-backbone', subject: 'Tiny', result: { bytes: network.length } })
  expect(server.asked).toHaveLength(1)

  const { backbones: list } = await service.list({})
  expect(list).toMatchObject([
    {
      name: 'Tiny',
      normalize: 'unit',
      sha256: entry.sha256,
      facts: { use: 'all', imageSize: [32, 32], width: 32, classes: null, architecture: null },
      origin: { entry: 'tiny', publisher: 'somebody', licence: { id: 'Apache-2.0' } },
    },
  ])
  expect(readFileSync(list[0]!.file).equals(network)).toBe(true)
  expect(events.filter(({ topic }) => topic === 'backbones.changed')).toHaveLength(1)
  expect(readdirSync(downloads)).toEqual([])
  expect(await service.catalogue({})).toMatchObject({ entries: [{ backbone: list[0]!.id, task: null }] })
  await expect(service.download({ entry: 'tiny', licence: 'Apache-2.0' })).rejects.toMatchObject({ code: 'conflict' })
  await service.remove({ id: list[0]!.id })
})

test('a cancelled download leaves what has come, until it is thrown away', async () => {
  const half: Answer = (_, response) => {
    response.writeHead(200, { 'Content-Length': network.length, ETag: '"one"' })
    response.write(network.subarray(0, 5000))
  }
  server.next.push(half)
  const started = await service.download({ entry: 'tiny', licence: 'Apache-2.0' })
  await expect.poll(() => studio.tasks.get(started.task).progress?.done).toBe(5000)
  expect(await studio.tasks.cancel(started.task)).toMatchObject({ state: 'cancelled' })
  expect(await service.catalogue({})).toMatchObject({ entries: [{ task: null, partialBytes: 5000 }] })
  await service.discard({ entry: 'tiny' })
  expect(await service.catalogue({})).toMatchObject({ entries: [{ partialBytes: 0 }] })
})

test('a file that is not the one of the record never becomes a backbone', async () => {
  content = Buffer.from(network)
  content[content.length - 1]! ^= 1
  expect(await ended(service.download({ entry: 'tiny', licence: 'Apache-2.0' }))).toMatchObject({
    state: 'failed',
    error: { code: 'bad-model', message: expect.stringContaining(`expected SHA-256 ${entry.sha256}`) as string },
  })
  server.next.push(answerWith(404))
  expect(await ended(service.download({ entry: 'tiny', licence: 'Apache-2.0' }))).toMatchObject({ error: { code: 'not-found' } })
  expect(await service.list({})).toEqual({ backbones: [] })
  expect(existsSync(join(downloads, 'tiny.onnx'))).toBe(false)
})
