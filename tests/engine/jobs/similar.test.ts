// Similar images: by what is cached, the image's own content first of all; computed where that is asked for, up to a limit.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fileFacts } from '../../../src/engine/data/file-facts.ts'
import { features } from '../../../src/engine/jobs/features.ts'
import { similar } from '../../../src/engine/jobs/similar.ts'
import type { ListedImage } from '../../../src/shared/lines.ts'
import type { RequestOf } from '../../../src/shared/requests.ts'
import { testContext } from '../../support/job-context.ts'
import { writePhotos } from '../../support/photos.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'

const folder = mkdtempSync(join(tmpdir(), 'similar-'))
const at = (...parts: string[]): string => join(folder, ...parts)
const classes = ['amber', 'beech', 'cedar']
const each = 8
/** Image i of class c has id 100 c + i + 1. */
const images: ListedImage[] = []
const common = { backbone: at('tiny.onnx'), backboneHash: 'tiny', threads: 1 }
beforeAll(async () => {
  writeFileSync(at('tiny.onnx'), tinyBackbone())
  await writePhotos(at('photos'), { classes, images: each })
  for (const [c, name] of classes.entries())
    for (let i = 0; i < each; i++) {
      const file = at('photos', name, `${String(i).padStart(3, '0')}.jpg`)
      images.push({ id: 100 * c + i + 1, file, hash: (await fileFacts(file))?.hash ?? '', class: c })
    }
})
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, list: readonly ListedImage[]): string => {
  writeFileSync(at(name), list.map((image) => `${JSON.stringify(image)}\n`).join(''))
  return at(name)
}
const ask = (list: readonly ListedImage[], more: Partial<RequestOf<'similar'>> & Pick<RequestOf<'similar'>, 'image'>) =>
  similar({ job: 'similar', ...common, list: write('others.ndjson', list), count: 5, ...more }, testContext())

test('what is cached is compared: most like first, of the list only, its own copies among them; nothing is computed unasked', async () => {
  const cache = at('cache')
  const [first, ...others] = images
  if (!first) throw new Error('no images')
  const image = { file: at('gone.jpg'), hash: first.hash }
  expect(await ask(others, { image, cache })).toEqual({ images: [], known: false, compared: 0 })
  await features({ job: 'features', ...common, list: write('all.ndjson', images), results: at('results'), cache }, testContext())

  const found = await ask(others, { image, cache })
  expect(found).toMatchObject({ known: true, compared: others.length })
  expect(found.images).toHaveLength(5)
  const similarities = found.images.map(({ similarity }) => similarity)
  expect(similarities).toEqual(similarities.toSorted((a, b) => b - a))
  expect(found.images.filter(({ id }) => id <= each).length).toBeGreaterThanOrEqual(4)

  const copy = { ...first, id: 999 }
  const [same] = (await ask([...others.slice(0, 3), copy], { image, cache })).images
  expect(same?.id).toBe(999)
  expect(same?.similarity).toBeCloseTo(1, 3)
})

test('a file of no project is compared by its content; features that are missing are computed up to the limit', async () => {
  const cache = at('fresh')
  const [first, ...others] = images
  if (!first) throw new Error('no images')
  const image = { file: first.file, hash: null }
  expect(await ask(others, { image, cache, compute: 10 })).toMatchObject({ known: true, compared: 10 })
  const { compared, images: nearest } = await ask(others, { image, cache, compute: 2000 })
  expect(compared).toBe(others.length)
  expect(nearest[0]?.id).toBeLessThanOrEqual(each)
  expect(await ask(others, { image: { file: at('gone.jpg'), hash: null }, cache, compute: 10 })).toMatchObject({ known: false, images: [] })
})
