// The application's log: a file that is begun anew when it is large, and the latest lines in memory.
import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { Log } from './services/context.ts'

export interface LogOptions {
  /** Bytes after which a new file is begun. */
  readonly limit?: number
  /** Files, the current one included: `studio.log`, `studio.1.log`, … */
  readonly files?: number
}

/** Lines kept in memory. */
const remembered = 10_000

/** Writes to `logs/` of a folder. What cannot be written, e.g. on a full disk, is in memory alone: a log never stops the work. */
export function fileLog(dataFolder: string, { limit = 5_000_000, files = 3 }: LogOptions = {}): Log {
  const folder = join(dataFolder, 'logs')
  const file = (number: number): string => join(folder, number === 0 ? 'studio.log' : `studio.${number}.log`)
  let bytes = 0
  try {
    mkdirSync(folder, { recursive: true })
    bytes = statSync(file(0), { throwIfNoEntry: false })?.size ?? 0
  } catch {
    // Said by the first thing that needs the folder.
  }
  const rotate = (): void => {
    rmSync(file(files - 1), { force: true })
    for (let number = files - 2; number >= 0; number--)
      if (statSync(file(number), { throwIfNoEntry: false })) renameSync(file(number), file(number + 1))
    bytes = 0
  }
  return memoryLog((text) => {
    try {
      if (bytes + text.length > limit && bytes > 0) rotate()
      appendFileSync(file(0), text)
      bytes += Buffer.byteLength(text)
    } catch {
      // As above.
    }
  }, file(0))
}

/** Keeps the latest lines, and hands each entry on. @param file where they then lie */
export function memoryLog(write: (text: string) => void = () => undefined, file: string | null = null): Log {
  const lines: string[] = []
  const add = (level: string, message: string): void => {
    // One entry is one line and those indented below it.
    const entry = `${new Date().toISOString()} ${level} ${message}`.split(/\r?\n/).map((line, i) => (i === 0 ? line : `  ${line}`))
    lines.push(...entry)
    if (lines.length > 2 * remembered) lines.splice(0, lines.length - remembered)
    write(`${entry.join('\n')}\n`)
  }
  return {
    info: (message) => add('info', message),
    warn: (message) => add('warn', message),
    error: (message, error) => add('error', `${message}\n${inspect(error, { depth: 4 })}`),
    file,
    tail: (count) => lines.slice(-count),
  }
}
