// Zoom: the point under the pointer stays, the picture never leaves the window.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitted, fittedSize, pan, zoomAbout } from '../../../src/renderer/widgets/zoom.ts'

const window = { width: 800, height: 600 }

test('a small picture is blown up a little, a large one fits', () => {
  expect(fittedSize({ width: 100, height: 50 }, window)).toEqual({ width: 400, height: 200 })
  expect(fittedSize({ width: 400, height: 200 }, window)).toEqual({ width: 800, height: 400 })
  expect(fittedSize({ width: 4000, height: 3000 }, window)).toEqual({ width: 800, height: 600 })
})

test('zooming in about a point of a picture that fills the window keeps that point', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -400, max: 400 }),
      fc.integer({ min: -300, max: 300 }),
      fc.double({ min: 1, max: 8, noNaN: true }),
      (x, y, factor) => {
        const view = zoomAbout(fitted, factor, { x, y }, window, window)
        // The picture's point under (x, y) was (x, y) from its centre: now that many times the scale.
        expect(view.x + x * view.scale).toBeCloseTo(x, 6)
        expect(view.y + y * view.scale).toBeCloseTo(y, 6)
      },
    ),
  )
})

test('no edge comes further in than the window', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: -900, max: 900 }), fc.integer({ min: -900, max: 900 }))), (moves) => {
      const start = zoomAbout(fitted, 3, { x: 0, y: 0 }, window, window)
      const end = moves.reduce((view, [dx, dy]) => pan(view, dx, dy, window, window), start)
      expect(Math.abs(end.x)).toBeLessThanOrEqual(800)
      expect(Math.abs(end.y)).toBeLessThanOrEqual(600)
    }),
  )
  expect(zoomAbout(pan(fitted, 50, 50, window, window), 0.1, { x: 9, y: 9 }, window, window)).toEqual({ scale: 1, x: 0, y: 0 })
})
