// Where the tour's card goes: never over what it speaks of where there is room, never out of the window.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placed } from '../../../src/renderer/tour/placement.ts'
import type { Box } from '../../../src/renderer/tour/placement.ts'

const screen = { width: 1024, height: 700 }
const card = { width: 320, height: 180 }
const overlap = (a: Box, b: Box): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

test('on the preferred side, else where there is room', () => {
  const panel = { x: 752, y: 60, width: 272, height: 400 }
  expect(placed(panel, card, screen, 'left')).toEqual({ x: 752 - 12 - 320, y: 60 })
  expect(placed(panel, card, screen, 'right')).toEqual({ x: 752 - 12 - 320, y: 60 })
  expect(placed({ x: 60, y: 100, width: 900, height: 90 }, card, screen, 'bottom')).toEqual({ x: 60, y: 202 })
})

test('in a corner where nothing is to be pointed at or no side has room', () => {
  expect(placed(null, card, screen, 'left')).toEqual({ x: 1024 - 8 - 320, y: 700 - 36 - 180 })
  expect(placed({ x: 500, y: 0, width: 524, height: 700 }, { width: 600, height: 180 }, screen, 'left').x).toBe(8)
})

const box = fc.record({
  x: fc.integer({ min: 0, max: 980 }),
  y: fc.integer({ min: 0, max: 660 }),
  width: fc.integer({ min: 1, max: 900 }),
  height: fc.integer({ min: 1, max: 600 }),
})

test('anywhere: inside the window, and over the anchor only in a corner', () => {
  fc.assert(
    fc.property(box, fc.constantFrom('right', 'left', 'bottom', 'top'), (anchor, side) => {
      const { x, y } = placed(anchor, card, screen, side)
      expect(x >= 8 && y >= 8 && x + card.width <= 1016 && y + card.height <= 664).toBe(true)
      const isCorner = y === 484 && (x === 8 || x === 696)
      expect(isCorner || !overlap({ x, y, ...card }, anchor)).toBe(true)
    }),
  )
})
