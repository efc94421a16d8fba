// What is to be predicted, as the engine takes it: a folder, or a file that lists images.
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { writeFileAtomic } from '../../../node/files.ts'
import { AppError } from '../../../shared/errors.ts'
import type { OpenProject } from '../context.ts'
import { mustBeAbsolute } from '../projects/folder.ts'

export type Subject = { readonly images: readonly number[] } | { readonly files: readonly string[] } | { readonly folder: string }

/** At a time, so that nothing else waits long. */
const batch = 1000

/** For people. */
export function nameOf(subject: Subject): string {
  if ('folder' in subject) return subject.folder
  const count = 'images' in subject ? subject.images.length : subject.files.length
  return count === 1 && 'files' in subject ? (subject.files[0] ?? '') : `${count} images`
}

/** @throws AppError 'bad-option' for a path that is not absolute */
export function checkSubject(subject: Subject): void {
  const paths = 'folder' in subject ? [subject.folder] : 'files' in subject ? subject.files : []
  for (const path of paths) mustBeAbsolute('subject', path)
}

/** Writes the list where one is needed. @throws AppError 'not-found' naming an image that the project does not have */
export async function toRequest(project: OpenProject, subject: Subject, list: string): Promise<{ folder: string } | { list: string }> {
  if ('folder' in subject) return subject
  await writeFileAtomic(list, 'files' in subject ? linesOfFiles(subject.files) : linesOfImages(project, subject.images))
  return { list }
}

function* linesOfFiles(files: readonly string[]): Generator<string> {
  for (let from = 0; from < files.length; from += batch)
    yield files
      .slice(from, from + batch)
      .map((file) => line(null, file))
      .join('')
}

async function* linesOfImages({ db }: OpenProject, images: readonly number[]): AsyncGenerator<string> {
  for (let from = 0; from < images.length; from += batch) {
    const part = images.slice(from, from + batch)
    const rows = db.all<{ id: number; folder: string; path: string }>(
      `SELECT images.id, sources.folder, images.path FROM json_each(?) AS list JOIN images ON images.id = list.value
      JOIN sources ON sources.id = images.source ORDER BY list.key`,
      JSON.stringify(part),
    )
    if (rows.length < part.length) {
      const there = new Set(rows.map(({ id }) => id))
      throw new AppError('not-found', `image ${part.find((id) => !there.has(id))}: expected an image of the project, found none`)
    }
    yield rows.map(({ id, folder, path }) => line(id, join(folder, path))).join('')
    await setImmediate()
  }
}

function line(id: number | null, file: string): string {
  return `${JSON.stringify({ id, file })}\n`
}
