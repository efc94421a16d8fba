// What is dropped: files, and folders however full they are.
import { effectScope, ref } from 'vue'
import { expect, test } from 'vitest'
import { useDrop } from '../../../src/renderer/composables/use-drop.ts'
import type { Dropped } from '../../../src/renderer/composables/use-drop.ts'

const file = (path: string): object => ({
  isFile: true,
  isDirectory: false,
  fullPath: path,
  file: (done: (file: unknown) => void) => done({ name: path }),
})
/** As a browser's: a reader gives a hundred entries at a time. @param content null = it cannot be read */
const folder = (path: string, content: object[] | null): object => ({
  isFile: false,
  isDirectory: true,
  fullPath: path,
  name: path.split('/').pop(),
  createReader: () => {
    let next = 0
    return {
      readEntries: (done: (entries: object[]) => void, fail: () => void) => (content ? done(content.slice(next, (next += 100))) : fail()),
    }
  },
})

/** Lets entries go over a part of the page. */
async function drop(entries: object[]): Promise<Awaited<ReturnType<Dropped['files']>>> {
  const heard = new Map<string, (event: unknown) => void>()
  const target = { addEventListener: heard.set.bind(heard), removeEventListener: () => undefined }
  const dropped = await new Promise<Dropped>((resolve) => {
    effectScope().run(() => useDrop(ref(target) as never, resolve))
    const items = entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry, getAsFile: () => ({ name: 'folder' }) }))
    heard.get('drop')?.({ dataTransfer: { types: ['Files'], items }, preventDefault: () => undefined })
  })
  return dropped.files()
}

test('paths are told from the one folder that was dropped, and what cannot be read is among them', async () => {
  const content = [file('/birds/a.jpg'), folder('/birds/red', [file('/birds/red/b.jpg')]), folder('/birds/shut', null)]
  const found = await drop([folder('/birds', content)])
  expect(found.map(({ path, file: one }) => [path, one !== null])).toEqual([
    ['a.jpg', true],
    ['red/b.jpg', true],
    ['shut', false],
  ])
  expect((await drop([file('/a.jpg'), folder('/birds', null)])).map(({ path }) => path)).toEqual(['a.jpg', 'birds'])
})

test('a folder may hold more files than a call takes arguments', async () => {
  const many = Array.from({ length: 150_000 }, (_, i) => file(`/birds/all/${i}.jpg`))
  expect(await drop([folder('/birds', [folder('/birds/all', many)])])).toHaveLength(many.length)
})
