// Rows of a CSV of labels: as they were meant, with the lines on which they begin.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { labelColumns, readHead, readLabelRows } from '../../src/node/label-csv.ts'

const folder = mkdtempSync(join(tmpdir(), 'label-csv-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'l.csv')

async function rowsOf(text: string): Promise<unknown[]> {
  writeFileSync(file, text)
  const columns = labelColumns(await readHead(file), () => true)
  const rows: unknown[] = []
  if (columns) for await (const row of readLabelRows(file, columns)) rows.push(Object.values(row))
  return rows
}

test.each(['\n', '\r\n', '\r'])('cells of several lines, and empty lines, where lines end in %j', async (end) => {
  const lines = ['File name;label;subset', 'a.jpg;"two', 'lines";val', '"b', '', '.jpg";;', '', "'=c.jpg; c ;Test"]
  expect(await rowsOf(lines.join(end))).toEqual([
    ['a.jpg', `two${end}lines`, 'validation', 2],
    [`b${end}${end}.jpg`, '', null, 4],
    ['=c.jpg', 'c', 'test', 8],
  ])
})

test('a row without a file, or with an unknown split, is refused with its line', async () => {
  await expect(rowsOf('path,label\r\n"a\r\nb.jpg","c\r\nd"\r\n,x\r\n')).rejects.toThrow(
    `${file}: line 5: expected the name of an image file, found an empty cell`,
  )
  await expect(rowsOf('path,label,split\na,b,c\n')).rejects.toThrow(
    `${file}: line 2: expected train, validation or test as the split, found 'c'`,
  )
})
