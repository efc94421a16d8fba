// A growing file of predictions, read in pages: where each line begins and how sure it is stays in memory, the lines stay on the disk.
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { predictionLine } from '../../../shared/lines.ts'
import type { PredictionLine } from '../../../shared/lines.ts'

export type IndexedLine = PredictionLine & { readonly index: number }

/** Read at a time, bytes. */
const piece = 2 ** 18
const newline = 10

export class PredictionFile {
  readonly path: string
  /** Where lines begin; the last number is where the next one will. */
  readonly #starts: number[] = [0]
  /** Largest probability of each line; 2 where there is none. */
  readonly #best: number[] = []
  #reading: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.path = path
  }

  /** Null where there is none so far. @param index of a line, from 0 */
  async at(index: number): Promise<PredictionLine | null> {
    return (await this.page(1, index, 1)).lines[0] ?? null
  }

  /** Lines whose largest probability is below a limit; for 1 all, those without a prediction too. Each with its index in the file. */
  async page(below: number, offset: number, limit: number): Promise<{ lines: IndexedLine[]; total: number }> {
    await this.#update()
    const chosen = [...this.#best.keys()].filter((i) => below >= 1 || (this.#best[i] ?? 2) < below)
    const wanted = chosen.slice(offset, offset + limit)
    if (wanted.length === 0) return { lines: [], total: chosen.length }
    const file = await open(this.path)
    try {
      const lines: IndexedLine[] = []
      for (let i = 0; i < wanted.length;) {
        const first = wanted[i] ?? 0
        let next = i + 1
        while (wanted[next] === first + next - i && (this.#starts[first + next - i] ?? 0) - (this.#starts[first] ?? 0) < piece) next++
        const from = this.#starts[first] ?? 0
        const bytes = await read(file, from, (this.#starts[first + next - i] ?? from) - from)
        lines.push(...parse(bytes).map((line, n) => ({ ...line, index: first + n })))
        i = next
      }
      return { lines, total: chosen.length }
    } finally {
      await file.close()
    }
  }

  /** All lines, as far as the file has come. */
  async *lines(): AsyncGenerator<PredictionLine> {
    await this.#update()
    for (let from = 0; from < this.#best.length; from += 1000) yield* (await this.page(1, from, 1000)).lines
  }

  /** Takes up what has been written since. One after another. */
  #update(): Promise<void> {
    this.#reading = this.#reading.catch(() => undefined).then(() => this.#readOn())
    return this.#reading
  }

  async #readOn(): Promise<void> {
    const file = await open(this.path).catch((error: unknown) => {
      // Nothing is written yet.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw error
    })
    if (!file) return
    try {
      for (let size = piece; ;) {
        const from = this.#starts.at(-1) ?? 0
        const bytes = await read(file, from, size)
        const end = bytes.lastIndexOf(newline) + 1
        if (end === 0) {
          if (bytes.length < size) return
          // A line longer than a piece.
          size *= 2
          continue
        }
        for (const { classes } of parse(bytes.subarray(0, end))) this.#best.push(classes[0]?.probability ?? 2)
        for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) this.#starts.push(from + at + 1)
      }
    } finally {
      await file.close()
    }
  }
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

function parse(bytes: Buffer): PredictionLine[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => predictionLine.parse(JSON.parse(line)))
}
