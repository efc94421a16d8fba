// The same seed draws the same butterflies; colour alone does not tell their species.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readImageSet } from '../../../src/engine/data/folders.ts'
import { decodeFile } from '../../../src/engine/data/decode.ts'
import { drawButterfly, sampleSize, writeSampleImages } from '../../../src/engine/sample/butterflies.ts'
import { sampleSet } from '../../../src/engine/sample/sample-set.ts'
import type { Species } from '../../../src/engine/sample/species.ts'

const root = mkdtempSync(join(tmpdir(), 'sample-'))
afterAll(() => rmSync(root, { recursive: true }))
const { species: all, camera } = sampleSet
const [first, second] = all as [Species, Species]

test('a seed always gives the same pixels, another seed or species others', async () => {
  const pixels = await drawButterfly(first, camera, 1)
  expect(pixels).toHaveLength(3 * sampleSize ** 2)
  expect(await drawButterfly(first, camera, 1)).toEqual(pixels)
  expect(await drawButterfly(first, camera, 2)).not.toEqual(pixels)
  expect(await drawButterfly(second, camera, 1)).not.toEqual(pixels)
})

test('a data set has splits and classes that training finds, and no image twice', async () => {
  const folder = join(root, 'set')
  let told = 0
  const options = {
    species: [first, second],
    camera,
    perSpecies: { train: 2, validation: 1, test: 1 },
    seed: 3,
    onProgress: (done: number) => (told = done),
  }
  expect(await writeSampleImages(folder, options)).toBe(8)
  expect(told).toBe(8)
  expect(readdirSync(join(folder, 'train', first.name)).sort()).toEqual(['001.jpg', '002.jpg'])
  const { classes, images } = await readImageSet(folder)
  expect(classes).toEqual([first.name, second.name])
  expect(images.map(({ split }) => split).sort()).toEqual(['test', 'test', 'train', 'train', 'train', 'train', 'validation', 'validation'])
  const decoded = await Promise.all(images.map(({ path }) => decodeFile(join(folder, path))))
  expect(decoded.every(({ width, height }) => width === sampleSize && height === sampleSize)).toBe(true)
  expect(new Set(decoded.map(({ data }) => data.join())).size).toBe(8)
})

test('a drawing that is stopped leaves the rest undrawn', async () => {
  const stop = new AbortController()
  const folder = join(root, 'stopped')
  const options = { species: [first], camera, perSpecies: { train: 20, validation: 0, test: 0 }, seed: 0, signal: stop.signal }
  await expect(writeSampleImages(folder, { ...options, onProgress: () => stop.abort() })).rejects.toThrow()
  expect(readdirSync(join(folder, 'train', first.name)).length).toBeLessThan(20)
})

test('the mean colour hardly tells the species', async () => {
  const means = async (species: Species, seeds: readonly number[]): Promise<number[][]> =>
    Promise.all(seeds.map(async (seed) => meanColour(await drawButterfly(species, camera, seed))))
  const known = await Promise.all(all.map((species) => means(species, [1, 2, 3, 4, 5, 6, 7, 8])))
  const centres = known.map((colours) => [0, 1, 2].map((c) => colours.reduce((sum, colour) => sum + (colour[c] ?? 0), 0) / colours.length))
  let right = 0
  for (const [label, species] of all.entries()) {
    for (const colour of await means(species, [101, 102, 103, 104, 105, 106])) if (nearest(colour, centres) === label) right++
  }
  expect(right / (6 * all.length)).toBeLessThan(0.35)
})

function meanColour(pixels: Uint8Array): number[] {
  return [0, 1, 2].map((c) => pixels.reduce((sum, value, i) => (i % 3 === c ? sum + value : sum), 0) / (pixels.length / 3))
}

function nearest(point: readonly number[], centres: readonly (readonly number[])[]): number {
  const distances = centres.map((centre) => Math.hypot(...centre.map((value, i) => value - (point[i] ?? 0))))
  return distances.indexOf(Math.min(...distances))
}
