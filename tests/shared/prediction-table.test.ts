// Predictions as a table: rectangular, quoted, and no formula for a spreadsheet.
import { expect, test } from 'vitest'
import { toRow } from '../../src/shared/csv.ts'
import { predictionHeader, predictionRow } from '../../src/shared/prediction-table.ts'

test('every line has the same cells; what a spreadsheet would compute becomes text', () => {
  const classes = [
    { name: 'cat', probability: 0.75 },
    { name: '=1+1', probability: 1e-7 },
  ]
  expect(predictionHeader(2)).toBe(toRow(['file', 'class', 'probability', 'class_2', 'probability_2', 'problem']))
  expect(predictionRow({ file: '/a, "b".jpg', classes, problem: null }, 2)).toBe(`"/a, ""b"".jpg",cat,0.75,'=1+1,1e-7,\r\n`)
  expect(predictionRow({ file: '-c.jpg', classes: [], problem: 'not an\nimage' }, 2)).toBe(`'-c.jpg,,,,,"not an\nimage"\r\n`)
})
