// Folders for lists and results that live no longer than a piece of work, or their project is open.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function makeScratch(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'self-tuning-studio-'))
}

export async function removeScratch(folder: string): Promise<void> {
  // Windows keeps what another program, e.g. a virus scanner, has open: the system clears its temporary folder itself.
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)
}

/** Does something with a folder that goes afterwards. */
export async function withScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await makeScratch()
  try {
    return await work(folder)
  } finally {
    await removeScratch(folder)
  }
}
