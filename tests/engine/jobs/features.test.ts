// Features of images: kept by content, compared with labelled ones, and put in an order that covers all kinds early.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { features } from '../../../src/engine/jobs/features.ts'
import { readNdjson } from '../../../src/node/files.ts'
import type { ListedImage, NeighbourLine } from '../../../src/shared/lines.ts'
import { testContext } from '../../support/job-context.ts'
import { writePhotos } from '../../support/photos.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'

const folder = mkdtempSync(join(tmpdir(), 'features-'))
const at = (...parts: string[]): string => join(folder, ...parts)
const classes = ['amber', 'beech', 'cedar']
const each = 12
beforeAll(async () => {
  writeFileSync(at('tiny.onnx'), tinyBackbone())
  await writePhotos(at('photos'), { classes, images: each })
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Image i of class c has id 100 c + i. @param labels images of each class with their label */
function images(labels: number): ListedImage[] {
  return classes.flatMap((name, c) =>
    Array.from({ length: each }, (_, i) => {
      const file = at('photos', name, `${String(i).padStart(3, '0')}.jpg`)
      return { id: 100 * c + i, file, hash: file, class: i < labels ? 7 + c : null }
    }),
  )
}

let lists = 0
async function suggest(
  list: readonly ListedImage[],
  context = testContext(),
): Promise<{ lines: NeighbourLine[]; computed: number; images: number }> {
  const [input, results] = [at(`list${lists}.ndjson`), at(`results${lists++}.ndjson`)]
  writeFileSync(input, list.map((image) => `${JSON.stringify(image)}\n`).join(''))
  const request = {
    job: 'features',
    backbone: at('tiny.onnx'),
    backboneHash: 'tiny',
    list: input,
    results,
    cache: at('cache'),
    threads: 1,
  } as const
  const { computed, images: count } = await features(request, context)
  return { lines: (await readNdjson(results)) as NeighbourLine[], computed, images: count }
}

test('neighbours name the class; an image is not its own neighbour; features are computed once', async () => {
  const list = images(2)
  const missing = { id: 999, file: at('missing.jpg'), hash: 'missing', class: null }
  const { lines, computed, images: count } = await suggest([...list, missing])
  expect([computed, count]).toEqual([list.length, list.length])
  expect(lines.map(({ id }) => id)).toEqual(list.map(({ id }) => id))
  const right = lines.filter(({ id, classes: [best] }) => best?.[0] === 7 + Math.floor(id / 100))
  expect(right.length).toBeGreaterThan(0.8 * lines.length)
  for (const { classes: found } of lines) {
    const confidences = found.map(([, confidence]) => confidence)
    expect(confidences).toEqual(confidences.toSorted((a, b) => b - a))
    expect(confidences.reduce((sum, value) => sum + value, 0)).toBeLessThanOrEqual(1)
  }

  // With one label of a class, that image has neighbours of other classes only.
  const again = await suggest(list.map((image) => (image.id === 1 ? { ...image, class: null } : image)))
  expect(again.computed).toBe(0)
  expect(again.lines[0]?.classes.map(([label]) => label)).not.toContain(7)
  expect(again.lines[1]?.classes[0]?.[0]).toBe(7)
})

test('without labels there is an order all the same, and its first images are of all kinds', async () => {
  const { lines } = await suggest(images(0))
  expect(lines.every(({ classes: found }) => found.length === 0)).toBe(true)
  const order = lines.toSorted((a, b) => b.usefulness - a.usefulness)
  expect(new Set(order.slice(0, 5).map(({ id }) => Math.floor(id / 100))).size).toBe(3)
  expect(new Set(lines.map(({ usefulness }) => usefulness)).size).toBe(lines.length)
})

test('labelled images come last; what a stop interrupts is not computed again', async () => {
  const { lines } = await suggest(images(3))
  const labelled = lines.filter(({ id }) => id % 100 < 3)
  expect(labelled.every(({ usefulness }) => usefulness === 0)).toBe(true)
  rmSync(at('cache'), { recursive: true })
  const stopped = testContext((event, context) => {
    if (event.event === 'progress' && event.done > 0) context.stop()
  })
  await expect(suggest(images(0), stopped)).rejects.toMatchObject({ code: 'stopped' })
  expect((await suggest(images(0))).computed).toBeLessThan(classes.length * each)
})
