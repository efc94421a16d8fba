// Folders of files made for a test, and what was read from them in short.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import type { ImageSet } from '../../../src/core/data/image-set.ts'
import { readImageSet } from '../../../src/engine/data/folders.ts'

export const base = realpathSync(mkdtempSync(join(tmpdir(), 'folders-')))
afterAll(() => rmSync(base, { recursive: true }))
let number = 0

/** A folder of files; names ending in / are folders. Only names and tables matter, so images hold their own names. */
export function folder(files: readonly string[] | Readonly<Record<string, string>>): string {
  const root = join(base, String(number++))
  mkdirSync(root)
  const entries = Array.isArray(files) ? files.map((name: string) => [name, name] as const) : Object.entries(files)
  for (const [name, content] of entries) {
    const path = join(root, name)
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true })
    if (!name.endsWith('/')) writeFileSync(path, content)
  }
  return root
}

/** path -> "class split". */
export function table({ images, classes }: ImageSet): Record<string, string> {
  return Object.fromEntries(
    images.map((image) => [image.path, `${image.class === null ? '-' : classes[image.class]} ${image.split ?? '-'}`]),
  )
}

export async function reason(root: string): Promise<string> {
  return readImageSet(root).then(
    (set) => `read as ${set.layout}`,
    (error: unknown) => (error instanceof Error ? error.message.replace(root, 'ROOT') : ''),
  )
}
