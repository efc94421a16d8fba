// Service `classes`: names, colours, hotkeys, and what undo brings back.
import { expect, test } from 'vitest'
import { classKeys } from '../../../src/shared/class-keys.ts'
import { classes } from '../../../src/main/services/classes/index.ts'
import { freeColour, palette } from '../../../src/main/services/classes/palette.ts'
import { labels } from '../../../src/main/services/labels/index.ts'
import { calls, testStudio } from '../../support/services.ts'
import { addImages } from '../../support/tiny-project.ts'

const { studio, project: open, folder, events } = testStudio()
const classOf = calls('classes', classes(studio))
const label = calls('labels', labels(studio))
const project = open.id
const ids = addImages(open, folder, ['a.jpg', 'b.jpg', 'c.jpg'])

async function list(): Promise<{ id: number; name: string; hotkey: string | null; images: number }[]> {
  return (await classOf.list({ project })).classes.map(({ id, name, hotkey, images }) => ({ id, name, hotkey, images }))
}

async function undoAll(): Promise<void> {
  while ((await label.undo({ project })).action !== null);
}

test('a new class has its name as it is written, the next colour and the next key', async () => {
  const first = await classOf.create({ project, name: '  A\u0308hre ' })
  const second = await classOf.create({ project, name: 'Eiche', hotkey: '2', colour: '#123456' })
  const third = await classOf.create({ project, name: 'Buche' })
  const fourth = await classOf.create({ project, name: 'Linde', hotkey: null })
  expect([first, second, third, fourth].map(({ name, colour, hotkey }) => [name, colour, hotkey])).toEqual([
    ['Ähre', palette[0], '1'],
    ['Eiche', '#123456', '2'],
    ['Buche', palette[1], '3'],
    ['Linde', palette[2], null],
  ])
  expect(events.map(({ topic }) => topic)).toEqual(Array.from({ length: 4 }, () => 'classes.changed'))
  for (let i = 0; i < classKeys.length; i++) await classOf.create({ project, name: `class ${i}` })
  const further = (await list()).slice(4).map(({ hotkey }) => hotkey)
  expect(further).toEqual([...classKeys.filter((key) => !'123'.includes(key)), null, null, null])
  await undoAll()
  expect(await list()).toEqual([])
})

test('names are one class whatever their case and composition; hotkeys are one class each', async () => {
  const { id } = await classOf.create({ project, name: 'Ähre', hotkey: 'q' })
  const other = await classOf.create({ project, name: 'Eiche' })
  await expect(classOf.create({ project, name: 'A\u0308HRE' })).rejects.toThrow("name: expected one that no class has, found 'Ähre'")
  await expect(classOf.create({ project, name: 'x', hotkey: 'q' })).rejects.toThrow(
    "hotkey: expected one that no class has, found 'q' of 'Ähre'",
  )
  await expect(classOf.update({ project, class: other.id, name: 'ähre' })).rejects.toThrow("found 'Ähre'")
  expect(await classOf.update({ project, class: id, name: 'ähre', hotkey: null })).toMatchObject({ name: 'ähre', hotkey: null })
  expect((await label.history({ project })).total).toBe(3)
  await undoAll()
})

test('what is refused or changes nothing is no action', async () => {
  const { id, name, colour, hotkey } = await classOf.create({ project, name: 'a' })
  await classOf.update({ project, class: id, name, colour, hotkey })
  await expect(classOf.reorder({ project, order: [id, id] })).rejects.toThrow('expected each of the 1 classes once')
  await expect(classOf.merge({ project, from: [id], into: id })).rejects.toThrow('expected other classes')
  await expect(classOf.merge({ project, from: [777], into: id })).rejects.toThrow('class 777')
  await expect(classOf.delete({ project, class: 777 })).rejects.toThrow('class 777')
  expect((await label.history({ project })).total).toBe(1)
  await undoAll()
})

test('merged and deleted classes come back with their ids, images and places', async () => {
  const [a, b, c] = [
    await classOf.create({ project, name: 'a' }),
    await classOf.create({ project, name: 'b' }),
    await classOf.create({ project, name: 'c' }),
  ]
  for (const [i, { id }] of [a, b, b].entries()) await label.assign({ project, selection: { images: [ids[i] ?? 0] }, class: id })
  await classOf.reorder({ project, order: [c.id, b.id, a.id] })
  // An excluded image keeps no label of a class that is gone.
  open.db.run('UPDATE images SET excluded = 1 WHERE id = ?', ids[2] ?? 0)
  const before = await list()
  expect(before.map(({ name, images }) => [name, images])).toEqual([
    ['c', 0],
    ['b', 1],
    ['a', 1],
  ])
  expect(await classOf.merge({ project, from: [b.id], into: a.id })).toMatchObject({ name: 'a', images: 2 })
  expect(await classOf.delete({ project, class: a.id })).toEqual({ images: 3 })
  expect((await list()).map(({ name }) => name)).toEqual(['c'])
  const { id } = await classOf.create({ project, name: 'd' })
  expect(id).toBeGreaterThan(c.id)
  for (let i = 0; i < 3; i++) await label.undo({ project })
  expect(await list()).toEqual(before)
  await label.redo({ project })
  await label.redo({ project })
  expect((await list()).map(({ name }) => name)).toEqual(['c'])
  open.db.run('UPDATE images SET excluded = 0')
})

test('colours are distinct, readable on light and dark, and used evenly when there are more classes', () => {
  const luminance = (colour: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const value = parseInt(colour.slice(at, at + 2), 16) / 255
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  expect(new Set(palette).size).toBe(palette.length)
  for (const colour of palette) {
    expect(1.05 / (luminance(colour) + 0.05)).toBeGreaterThanOrEqual(3)
    expect((luminance(colour) + 0.05) / (luminance('#1a1a1a') + 0.05)).toBeGreaterThanOrEqual(3)
  }
  const given: string[] = []
  while (given.length < 2 * palette.length) given.push(freeColour(given))
  expect(given).toEqual([...palette, ...palette])
})
