// The engine's log: all it prints, native libraries included, in a temporary file that stays only if something went wrong.
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface EngineLog {
  /** Where a child process's output goes: a file descriptor, or this process's own standard error if no file could be made. */
  readonly target: number | 'inherit'
  /** Closes it. @returns where it lies. */
  keep(): string
  discard(): void
}

export function openLog(): EngineLog {
  let path: string
  let descriptor: number
  try {
    path = join(mkdtempSync(join(tmpdir(), 'self-tuning-studio-')), 'engine.log')
    descriptor = openSync(path, 'a')
  } catch {
    return { target: 'inherit', keep: () => 'standard error', discard: () => undefined }
  }
  const keep = (): string => {
    closeSync(descriptor)
    return path
  }
  return { target: descriptor, keep, discard: () => rmSync(dirname(keep()), { recursive: true, force: true }) }
}
