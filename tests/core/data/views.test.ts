// Views: pure functions of image, recipe and seed; the statistics of what is random; normalisation.
import { describe, expect, it } from 'vitest'
import { padAndCrop, randomResizedBox } from '../../../src/core/data/views/crops.ts'
import type { Image } from '../../../src/core/data/views/image.ts'
import { normalise } from '../../../src/core/data/views/normalise.ts'
import { fixMatchPool, randAugment } from '../../../src/core/data/views/rand-augment.ts'
import { recipe, shortSideOf, type ViewRecipe } from '../../../src/core/data/views/recipe.ts'
import { makeView, viewSeed } from '../../../src/core/data/views/view.ts'
import { Random } from '../../../src/core/tensor/random.ts'

function image(width: number, height: number): Image {
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37 + ((i * i) >> 5)) & 255) }
}

const recipes: Record<string, ViewRecipe> = {
  weak: recipe('weak', { size: 32, normalize: 'imagenet' }),
  strong: recipe('strong', { size: 32, normalize: 'imagenet' }),
  evaluation: recipe('evaluation', { size: 32, normalize: 'imagenet' }),
  cifar: { ...recipe('strong', { size: 32, normalize: 'unit' }), crop: { kind: 'pad-and-crop', padding: 4 } },
  jitter: {
    ...recipe('weak', { size: 32, normalize: 'unit' }),
    filter: 'bicubic',
    colorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4 },
  },
}

describe.each(Object.entries(recipes))('%s views', (name, chosen) => {
  it.each([
    [60, 40],
    [40, 60],
    [32, 32],
    [9, 11],
    [1, 1],
    [300, 2],
  ])('of a %i x %i image are square, and the same for the same seed', (width, height) => {
    // prettier-ignore
    const source = image(width, height)
    const before = source.data.slice()
    const view = makeView(source, chosen, new Random(viewSeed(1, 2, 3)))
    expect([view.width, view.height, view.data.length]).toEqual([32, 32, 32 * 32 * 3])
    expect(makeView(source, chosen, new Random(viewSeed(1, 2, 3))).data).toEqual(view.data)
    expect(source.data).toEqual(before)
  })

  it('differ for other seeds, images and views, unless nothing is random', () => {
    const source = image(60, 40)
    const of = (...words: [number, number, number]): string => makeView(source, chosen, new Random(viewSeed(...words))).data.join()
    const views = new Set([of(1, 2, 3), of(9, 2, 3), of(1, 9, 3), of(1, 2, 9)])
    expect(views.size).toBe(name === 'evaluation' ? 1 : 4)
  })
})

it('random resized crops keep the range of area and aspect ratio', () => {
  const random = new Random(4)
  const areas: number[] = []
  for (let i = 0; i < 2000; i++) {
    const { left, top, width, height } = randomResizedBox(
      { width: 200, height: 150, data: new Uint8Array() },
      [0.2, 1],
      [3 / 4, 4 / 3],
      random,
    )
    expect(left >= 0 && top >= 0 && left + width <= 200 && top + height <= 150).toBe(true)
    areas.push((width * height) / 30000)
    expect(width / height).toBeGreaterThan(0.73)
    expect(width / height).toBeLessThan(1.37)
  }
  expect(Math.min(...areas)).toBeLessThan(0.22)
  expect(Math.min(...areas)).toBeGreaterThan(0.19)
  expect(Math.max(...areas)).toBeGreaterThan(0.95)
})

it('padding continues by reflection without repeating the edge', () => {
  const row: Image = { width: 4, height: 4, data: Uint8Array.from({ length: 48 }, (_, i) => Math.floor(i / 3) % 4) }
  const rows = new Set<string>()
  for (let seed = 0; seed < 60; seed++)
    rows.add(
      padAndCrop(row, 2, 4, 'bilinear', new Random(seed))
        .data.filter((_, i) => i < 12 && i % 3 === 0)
        .join(''),
    )
  // Columns 2 1 | 0 1 2 3 | 2 1, four of them.
  expect([...rows].sort()).toEqual(['0123', '1012', '1232', '2101', '2321'])
})

it('RandAugment draws every operation about equally often, half of them applied', () => {
  const random = new Random(8)
  const source = image(16, 16)
  let unchanged = 0
  const rounds = 4000
  for (let i = 0; i < rounds; i++) if (randAugment(source, { n: 1, m: 10, cutout: 0 }, random) === source) unchanged++
  // Not applied, or the identity.
  const share = 0.5 + 0.5 / Object.keys(fixMatchPool).length
  expect(Math.abs(unchanged / rounds - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / rounds))
  expect(Object.keys(fixMatchPool)).toHaveLength(14)
})

it('normalises to channels first', () => {
  const pixel: Image = { width: 2, height: 1, data: Uint8Array.from([0, 51, 255, 255, 102, 0]) }
  const out = new Float32Array(7)
  normalise(pixel, 'unit', out, 1)
  expect([...out]).toEqual([0, 0, 1, 51 / 255, 102 / 255, 1, 0].map(Math.fround))
  normalise(pixel, 'symmetric', out, 1)
  expect([...out.subarray(1)]).toEqual([-1, 1, -0.6, -0.2, 1, -1].map(Math.fround))
  normalise(pixel, 'imagenet', out, 1)
  expect(out[1]).toBeCloseTo(-0.485 / 0.229, 6)
  expect(out[3]).toBeCloseTo((0.2 - 0.456) / 0.224, 6)
})

it('evaluation follows the 256 / 224 rule', () => {
  expect(shortSideOf(recipe('evaluation', { size: 224, normalize: 'unit' }))).toBe(256)
  expect(shortSideOf(recipe('strong', { size: 128, normalize: 'unit' }))).toBe(146)
})
