// Predict's decisions: what is asked for a filter, where a key leads and how large cards are.
import { expect, test } from 'vitest'
import { cardHeight, columnsIn, moved } from '../../../src/renderer/views/predict/grid.ts'
import { queryOf } from '../../../src/renderer/views/predict/filter.ts'

test('a filter becomes what the services understand', () => {
  const filter = { shown: 'all', class: null, threshold: 0.7, order: 'file' } as const
  expect(queryOf(filter)).toEqual({ order: 'file' })
  expect(queryOf({ ...filter, shown: 'sure', class: 'cat' })).toEqual({ order: 'file', class: 'cat', from: 0.7 })
  expect(queryOf({ ...filter, shown: 'look', order: 'uncertain' })).toEqual({ order: 'uncertain', below: 0.7 })
  expect(queryOf({ ...filter, shown: 'problems', class: 'cat' })).toEqual({ problem: true })
})

test('keys move in the grid and stay inside', () => {
  const grid = { columns: 3, page: 6, total: 8 }
  expect(moved('ArrowRight', 2, grid)).toBe(3)
  expect(moved('ArrowDown', 1, grid)).toBe(4)
  expect(moved('ArrowDown', 5, grid)).toBe(5)
  expect(moved('ArrowUp', 1, grid)).toBe(1)
  expect(moved('PageDown', 4, grid)).toBe(7)
  expect(moved('End', 0, grid)).toBe(7)
  expect(moved('Home', 7, grid)).toBe(0)
  expect(moved('a', 0, grid)).toBeNull()
  expect(moved('End', 0, { ...grid, total: 0 })).toBeNull()
})

test.each([1, 150, 333, 700, 2000])('in %d pixels there is a column, and cards are higher than their words', (width) => {
  expect(columnsIn(width)).toBeGreaterThan(0)
  expect(cardHeight(width)).toBeGreaterThan(200)
})
