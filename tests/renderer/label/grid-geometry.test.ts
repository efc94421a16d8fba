// Cells of the grid: what is in sight, what a rectangle touches.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gridGeometry, indicesIn, placeOf, scrollTo, visibleRange } from '../../../src/renderer/widgets/grid-geometry.ts'

const grids = fc.record({
  count: fc.integer({ min: 1, max: 500 }),
  width: fc.integer({ min: 100, max: 3000 }),
  wanted: fc.integer({ min: 48, max: 400 }),
  gap: fc.integer({ min: 0, max: 12 }),
})

test('cells fill the width without passing it, and none lies on another', () => {
  fc.assert(
    fc.property(grids, ({ count, width, wanted, gap }) => {
      const geometry = gridGeometry(count, width, wanted, gap)
      const { columns, cell, pitch, height } = geometry
      expect(columns * pitch - gap).toBeLessThanOrEqual(Math.max(width, cell))
      const last = placeOf(geometry, count - 1)
      expect(last.y + cell).toBe(height)
    }),
  )
})

test('what is in sight is what a rectangle of the same place touches', () => {
  fc.assert(
    fc.property(
      grids,
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 50, max: 1200 }),
      ({ count, width, wanted, gap }, top, height) => {
        // Without one, an edge belongs to two rows.
        fc.pre(gap > 0)
        const geometry = gridGeometry(count, width, wanted, gap)
        const touched = indicesIn(geometry, count, { left: 0, right: width, top, bottom: top + height - 1 })
        const [from, to] = visibleRange(geometry, count, top, height, 0)
        for (const index of touched) expect(index >= from && index < to).toBe(true)
        expect(to - from - touched.length).toBeLessThanOrEqual(2 * geometry.columns)
      },
    ),
  )
})

test('a rectangle touches exactly the cells that overlap it', () => {
  const area = fc.tuple(fc.integer({ min: -50, max: 900 }), fc.integer({ min: -50, max: 900 }), fc.nat(400), fc.nat(400))
  fc.assert(
    fc.property(grids, area, ({ count, width, wanted, gap }, [left, top, w, h]) => {
      const geometry = gridGeometry(count, width, wanted, gap)
      const expected = Array.from({ length: count }, (_, index) => index).filter((index) => {
        const { x, y } = placeOf(geometry, index)
        return x <= left + w && x + geometry.cell >= left && y <= top + h && y + geometry.cell >= top
      })
      expect(indicesIn(geometry, count, { left, top, right: left + w, bottom: top + h })).toEqual(expected)
    }),
  )
})

test('scrolls no further than needed', () => {
  const geometry = gridGeometry(100, 400, 96, 4)
  expect(scrollTo(geometry, 0, 0, 300, 4)).toBe(0)
  expect(scrollTo(geometry, 40, 0, 300, 4)).toBe(placeOf(geometry, 40).y + geometry.cell + 4 - 300)
  expect(scrollTo(geometry, 0, 500, 300, 4)).toBe(0)
})
