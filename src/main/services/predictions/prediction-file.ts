// A growing file of predictions, read in pages: where each line begins and how sure it is stays in memory, the lines stay on the disk.
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { PredictionOrder } from '../../../shared/contract/predictions.ts'
import { predictionLine } from '../../../shared/lines.ts'
import type { PredictionLine } from '../../../shared/lines.ts'

export type IndexedLine = PredictionLine & { readonly index: number }

/** Lines to read; an absent condition holds for all. `from` and `below`: the largest probability, which a line with a problem has not. */
export interface LineFilter {
  readonly from?: number
  readonly below?: number
  readonly class?: string | undefined
  readonly problem?: boolean | undefined
}

export interface LineCounts {
  readonly below: number
  readonly others: number
  readonly problems: number
  readonly classes: { name: string; images: number }[]
}

/** Read at a time, bytes. */
const piece = 2 ** 18
const newline = 10

export class PredictionFile {
  readonly path: string
  /** Where lines begin; the last number is where the next one will. */
  readonly #starts: number[] = [0]
  /** Largest probability of each line; null where there is none. */
  readonly #best: (number | null)[] = []
  /** Its class; texts are shared. */
  readonly #class: (string | null)[] = []
  readonly #names = new Map<string, string>()
  /** Indices in the order by probability that was asked for last, of as many lines as there were then. */
  #ordered: { readonly order: PredictionOrder; readonly indices: readonly number[] } = { order: 'file', indices: [] }
  #reading: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.path = path
  }

  /** Null where there is none so far. @param index of a line, from 0 */
  async at(index: number): Promise<PredictionLine | null> {
    return (await this.page({}, index, 1)).lines[0] ?? null
  }

  /** Lines that a filter leaves, each with its index in the file. */
  async page(
    filter: LineFilter,
    offset: number,
    limit: number,
    order: PredictionOrder = 'file',
  ): Promise<{ lines: IndexedLine[]; total: number }> {
    await this.#update()
    const chosen = this.#inOrder(order).filter((i) => this.#fits(i, filter))
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

  /** @param below the probability that divides them */
  async counts(below: number): Promise<LineCounts> {
    await this.#update()
    const predicted = this.#best.filter((best) => best !== null)
    const unsure = predicted.filter((best) => best < below).length
    const images = new Map<string, number>()
    for (const name of this.#class) if (name !== null) images.set(name, (images.get(name) ?? 0) + 1)
    const classes = [...images].map(([name, count]) => ({ name, images: count })).sort((a, b) => b.images - a.images)
    return { below: unsure, others: predicted.length - unsure, problems: this.#best.length - predicted.length, classes }
  }

  /** All lines, as far as the file has come. */
  async *lines(): AsyncGenerator<PredictionLine> {
    await this.#update()
    for (let from = 0; from < this.#best.length; from += 1000) yield* (await this.page({}, from, 1000)).lines
  }

  #inOrder(order: PredictionOrder): readonly number[] {
    if (order !== 'file' && this.#ordered.order === order && this.#ordered.indices.length === this.#best.length)
      return this.#ordered.indices
    const indices = [...this.#best.keys()]
    if (order === 'file') return indices
    const sign = order === 'uncertain' ? 1 : -1
    // Behind all probabilities where there is none.
    const rank = this.#best.map((best) => (best === null ? 2 : sign * best))
    // Equal ones stay in the file's order: sorting is stable.
    indices.sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0))
    this.#ordered = { order, indices }
    return indices
  }

  #fits(index: number, { from = 0, below = 1, class: name, problem }: LineFilter): boolean {
    const best = this.#best[index] ?? null
    if (problem !== undefined && problem !== (best === null)) return false
    if (name !== undefined && this.#class[index] !== name) return false
    return (from <= 0 || (best !== null && best >= from)) && (below >= 1 || (best !== null && best < below))
  }

  #add(first: PredictionLine['classes'][number] | undefined): void {
    this.#best.push(first?.probability ?? null)
    if (first && !this.#names.has(first.name)) this.#names.set(first.name, first.name)
    this.#class.push(first ? (this.#names.get(first.name) ?? null) : null)
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
        for (const { classes } of parse(bytes.subarray(0, end))) this.#add(classes[0])
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
