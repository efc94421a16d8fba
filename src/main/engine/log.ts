// The engine's log: all it prints, native libraries included, in a run's own file, or in a temporary one that stays only if something went wrong.
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface EngineLog {
  /** Where a child process's output goes: a file descriptor, or this process's own standard error if no file could be made. */
  readonly target: number | 'inherit'
  /** Closes it. @returns where it lies. */
  keep(): string
  /** Closes it, and deletes it if it is a temporary one. */
  discard(): void
}

/** @param file to append to; absent = a temporary one */
export function openLog(file?: string): EngineLog {
  let path: string
  let descriptor: number
  try {
    path = file ?? join(mkdtempSync(join(tmpdir(), 'self-tuning-studio-')), 'engine.log')
    descriptor = openSync(path, 'a')
  } catch {
    return { target: 'inherit', keep: () => 'standard error', discard: () => undefined }
  }
  const keep = (): string => {
    closeSync(descriptor)
    return path
  }
  const discard = (): void => {
    keep()
    if (file === undefined) rmSync(dirname(path), { recursive: true, force: true })
  }
  return { target: descriptor, keep, discard }
}
