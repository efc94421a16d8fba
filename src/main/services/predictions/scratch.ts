// Folders for lists and results that live no longer than their project is open.
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
