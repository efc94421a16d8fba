// Lists longer than one answer: read in pages that the services take, no item twice and none left out.
import { expect, test } from 'vitest'
import { pieces, readPages } from '../../../src/renderer/api/pages.ts'
import { contract } from '../../../src/shared/contract/index.ts'

const all = Array.from({ length: 25_000 }, (_, id) => id)

async function read(wanted?: number, total = all.length): Promise<{ pages: number[]; files: number[]; total: number }> {
  const pages: number[] = []
  const answer = await readPages(
    'files',
    ({ offset, limit }) => {
      contract.images.methods.unreadable.input.parse({ project: crypto.randomUUID(), offset, limit })
      pages.push(limit)
      return Promise.resolve({ files: all.slice(offset, offset + limit), total })
    },
    wanted,
  )
  return { pages, ...answer }
}

test('as many items as are wanted, or all', async () => {
  expect(await read(200)).toEqual({ pages: [200], files: all.slice(0, 200), total: all.length })
  expect(await read(10_200)).toEqual({ pages: [10_000, 200], files: all.slice(0, 10_200), total: all.length })
  expect((await read()).files).toEqual(all)
  expect((await read(30_000)).files).toEqual(all)
  // Some have gone between two answers.
  expect((await read(undefined, 26_000)).files).toEqual(all)
})

test('a list in parts', () => {
  expect(pieces([], 2)).toEqual([])
  expect(pieces([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
})
