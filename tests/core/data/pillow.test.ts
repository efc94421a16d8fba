// Image operations against what Pillow made of the same image (tests/fixtures/views/make.py).
import { readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { rotate, shearX, shearY, translate } from '../../../src/core/data/views/affine.ts'
import { centerCrop } from '../../../src/core/data/views/crops.ts'
import { brightness, color, contrast, sharpness } from '../../../src/core/data/views/enhance.ts'
import type { Image } from '../../../src/core/data/views/image.ts'
import { autoContrast, equalize, posterize, solarize } from '../../../src/core/data/views/point-ops.ts'
import { greySquare } from '../../../src/core/data/views/rand-augment.ts'
import type { Filter } from '../../../src/core/data/views/recipe.ts'
import { resize } from '../../../src/core/data/views/resize.ts'

interface Case {
  op: string
  arguments: [number, number, number, number, number, number, Filter]
  width: number
  height: number
  data: string
}

const fixture = new URL('../../fixtures/views/pillow.json', import.meta.url)
const { pillow, cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { pillow: string; cases: Case[] }
const imageOf = ({ width, height, data }: Case): Image => ({
  width,
  height,
  data: new Uint8Array(inflateSync(Buffer.from(data, 'base64'))),
})

const [first, ...others] = cases
if (first?.op !== 'source') throw new Error('the fixture begins with the source image')
const source = imageOf(first)

const operations: Record<string, (...a: Case['arguments']) => Image> = {
  autoContrast: () => autoContrast(source),
  equalize: () => equalize(source),
  posterize: (bits) => posterize(source, bits),
  solarize: (threshold) => solarize(source, threshold),
  brightness: (factor) => brightness(source, factor),
  contrast: (factor) => contrast(source, factor),
  color: (factor) => color(source, factor),
  sharpness: (factor) => sharpness(source, factor),
  rotate: (angle) => rotate(source, angle),
  shearX: (factor) => shearX(source, factor),
  shearY: (factor) => shearY(source, factor),
  translate: (x, y) => translate(source, x, y),
  greySquare: (x, y, edge) => greySquare(source, x, y, edge),
  resize: (left, top, width, height, outWidth, outHeight, filter) =>
    resize(source, { left, top, width, height }, outWidth, outHeight, filter),
  centerCrop: (short, size, filter) => centerCrop(source, short, size, filter as unknown as Filter),
}

describe(`operations equal Pillow ${pillow} byte by byte`, () => {
  it.each(others.map((entry) => [`${entry.op}(${entry.arguments.join(', ')})`, entry] as const))('%s', (_, entry) => {
    const expected = imageOf(entry)
    const found = operations[entry.op]?.(...entry.arguments)
    expect([found?.width, found?.height]).toEqual([expected.width, expected.height])
    const worst = expected.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (found?.data[i] ?? -1))), 0)
    expect(worst).toBe(0)
  })
})

it('mirrors while resizing', () => {
  const box = { left: 3, top: 5, width: 37, height: 23 }
  const plain = resize(source, box, 41, 12, 'bilinear')
  const mirrored = resize(source, box, 41, 12, 'bilinear', true)
  const pixel = (image: Image, x: number, y: number): number[] => [...image.data.subarray((y * 41 + x) * 3, (y * 41 + x) * 3 + 3)]
  for (let y = 0; y < 12; y++) for (let x = 0; x < 41; x++) expect(pixel(mirrored, 40 - x, y)).toEqual(pixel(plain, x, y))
})
