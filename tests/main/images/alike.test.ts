// Groups of images that look alike: against a comparison of all with all, and through the service.
import fc from 'fast-check'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { Pictures } from '../../../src/main/engine/media.ts'
import { groupAlike } from '../../../src/main/services/images/alike.ts'
import { images as service } from '../../../src/main/services/images/index.ts'
import { calls, testStudio } from '../../support/services.ts'
import { addClasses } from '../../support/tiny-project.ts'
import { scanningEngine } from './scanning-engine.ts'

const signal = new AbortController().signal

function bitsApart(a: Uint8Array, b: Uint8Array): number {
  return [...a.subarray(0, 8)].reduce((sum, byte, i) => sum + (byte ^ b[i]!).toString(2).replaceAll('0', '').length, 0)
}

/** Hashes that are a few bits away from one of three. */
const looks = fc.array(fc.tuple(fc.nat(2), fc.uniqueArray(fc.nat(63), { maxLength: 8 })), { minLength: 2, maxLength: 40 }).map((images) =>
  images.map(([seed, flips], id) => {
    const look = new Uint8Array(56)
    for (let i = 0; i < 8; i++) look[i] = (seed * 0x5b + i * 0x37) & 255
    for (const bit of flips) look[bit >> 3]! ^= 1 << (bit & 7)
    return { id, look }
  }),
)

test('each joins the nearest first image within 5 bits, and no other', async () => {
  await fc.assert(
    fc.asyncProperty(looks, async (images) => {
      const firsts: { look: Uint8Array; ids: number[] }[] = []
      for (const { id, look } of images) {
        const near = firsts.filter((group) => bitsApart(group.look, look) <= 5)
        near.sort((a, b) => bitsApart(a.look, look) - bitsApart(b.look, look) || a.ids[0]! - b.ids[0]!)
        if (near[0]) near[0].ids.push(id)
        else firsts.push({ look, ids: [id] })
      }
      expect(await groupAlike(images, signal)).toEqual(firsts.map(({ ids }) => ids).filter((ids) => ids.length > 1))
    }),
    { numRuns: 200 },
  )
})

test('other colours are another image', async () => {
  const look = (colour: number): Uint8Array => new Uint8Array(56).fill(colour, 8)
  expect(
    await groupAlike(
      [10, 15, 100].map((colour, id) => ({ id, look: look(colour) })),
      signal,
    ),
  ).toEqual([[0, 1]])
})

const { studio, project, folder, ended } = testStudio(scanningEngine())
const media = new Pictures({ log: studio.log, onUnreadable: () => undefined })
afterAll(() => media.close())
const images = calls('images', service({ ...studio, media }))

test('copies in other sizes and formats are found; a second time nothing is decoded', async () => {
  const photos = join(folder, 'photos')
  mkdirSync(photos)
  const scene = (x: number): Buffer =>
    Buffer.from(
      `<svg width="300" height="200"><rect width="300" height="200" fill="#9ab"/><circle cx="${x}" cy="90" r="60" fill="#a40"/></svg>`,
    )
  const first = await sharp(scene(90)).png().toBuffer()
  writeFileSync(join(photos, 'a.png'), first)
  writeFileSync(join(photos, 'b.jpg'), await sharp(first).resize(150).jpeg({ quality: 60 }).toBuffer())
  writeFileSync(join(photos, 'c.webp'), await sharp(first).webp().toBuffer())
  writeFileSync(join(photos, 'other.png'), await sharp(scene(200)).png().toBuffer())
  writeFileSync(join(photos, 'same.png'), first)
  writeFileSync(join(photos, 'cut.png'), first.subarray(0, first.length / 2))
  await ended(images.import({ project: project.id, folder: photos }))
  const { result } = await ended(images.findNearDuplicates({ project: project.id }))
  expect(result).toMatchObject({ kind: 'near-duplicates', images: 5, groups: 1 })
  const groups = async (kind: 'near' | 'same'): Promise<string[][]> =>
    (await images.duplicates({ project: project.id, kind })).groups.map((group) => group.images.map(({ path }) => path))
  expect(await groups('near')).toEqual([['a.png', 'b.jpg', 'c.webp', 'same.png']])
  expect(await groups('same')).toEqual([['a.png', 'same.png']])
  // Whoever keeps the first of each keeps the label.
  const [leaf = 0] = addClasses(project, ['leaf'])
  project.db.run(`UPDATE images SET class = ? WHERE path = 'same.png'`, leaf)
  expect(await groups('near')).toEqual([['same.png', 'a.png', 'b.jpg', 'c.webp']])
  expect(await groups('same')).toEqual([['same.png', 'a.png']])
  await media.close()
  project.db.run(`UPDATE images SET state = 'unreadable' WHERE path = 'cut.png'`)
  expect((await ended(images.findNearDuplicates({ project: project.id }))).result).toMatchObject({ images: 5, groups: 1 })
})
