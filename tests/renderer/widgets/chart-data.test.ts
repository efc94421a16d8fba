// Numbers of line charts: nothing is lost or moved when series are put over one axis.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { align, nearestValue, summarize } from '../../../src/renderer/widgets/chart-data.ts'

const oneSeries = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.option(fc.double({ noNaN: true }))), { selector: ([x]) => x })
  .map((points) => points.toSorted(([a], [b]) => a - b))
  .map((points) => ({ label: 'a', x: points.map(([x]) => x), y: points.map(([, y]) => y) }))

test('each value stands at its x, and nowhere else', () => {
  fc.assert(
    fc.property(fc.array(oneSeries, { maxLength: 4 }), (series) => {
      const [x, ...columns] = align(series)
      expect(x).toEqual([...new Set(series.flatMap((one) => one.x))].sort((a, b) => a - b))
      for (const [i, { x: own, y }] of series.entries())
        expect(x.map((at) => columns[i]?.[x.indexOf(at)])).toEqual(x.map((at) => (own.includes(at) ? y[own.indexOf(at)] : undefined)))
    }),
    { numRuns: 50 },
  )
})

test('a value that is no number leaves a gap', () => {
  expect(align([{ label: 'a', x: Float64Array.of(1, 2, 3), y: Float64Array.of(1, NaN, 3) }])).toEqual([
    [1, 2, 3],
    [1, null, 3],
  ])
})

test('the pointer finds the nearest value of a line that has few', () => {
  const values = [undefined, 5, undefined, undefined, null, 7]
  expect([0, 3, 4, 5].map((from) => nearestValue(values, from))).toEqual([1, 1, 5, 5])
  expect(nearestValue([undefined, null], 0)).toBeNull()
})

test('the summary for those who do not see the lines', () => {
  expect(summarize([null, 3, 1, null])).toEqual({ latest: 1, lowest: 1, highest: 3 })
  expect(summarize([])).toEqual({ latest: null, lowest: null, highest: null })
})
