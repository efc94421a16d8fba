// A series that grows while a run goes on: numbers in two buffers, shown with few points.

/** x rises; a point at or before the last x takes back what came after it: the run has gone back to an earlier step. */
export class GrowingSeries {
  #x = new Float64Array(256)
  #y = new Float64Array(256)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** The last value, or null. */
  get latest(): number | null {
    const value = this.#y[this.#length - 1]
    return this.#length === 0 || value === undefined || Number.isNaN(value) ? null : value
  }

  /** @param y null where there is no number: a gap */
  push(x: number, y: number | null): void {
    if (this.#length > 0 && x <= (this.#x[this.#length - 1] ?? 0)) this.truncate(x)
    if (this.#length === this.#x.length) {
      this.#x = doubled(this.#x)
      this.#y = doubled(this.#y)
    }
    this.#x[this.#length] = x
    this.#y[this.#length++] = y ?? NaN
  }

  /** Keeps what lies before x. */
  truncate(x: number): void {
    let [low, high] = [0, this.#length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#x[middle] ?? 0) < x) low = middle + 1
      else high = middle
    }
    this.#length = low
  }

  /** At most so many points: of each stretch its lowest and its highest, so that no peak is lost. Copies, which later points leave alone. */
  view(most = 2000): { x: Float64Array; y: Float64Array } {
    if (this.#length <= most) return { x: this.#x.slice(0, this.#length), y: this.#y.slice(0, this.#length) }
    const stretches = Math.floor(most / 2)
    const kept: number[] = []
    for (let stretch = 0; stretch < stretches; stretch++) {
      const from = Math.floor((stretch * this.#length) / stretches)
      const to = Math.floor(((stretch + 1) * this.#length) / stretches)
      kept.push(...this.#extremes(from, to))
    }
    return { x: Float64Array.from(kept, (i) => this.#x[i] ?? 0), y: Float64Array.from(kept, (i) => this.#y[i] ?? NaN) }
  }

  /** Indices of the lowest and the highest value of a stretch, rising; its first where there are none. */
  #extremes(from: number, to: number): number[] {
    let [lowest, highest] = [-1, -1]
    for (let i = from; i < to; i++) {
      const value = this.#y[i] ?? NaN
      if (Number.isNaN(value)) continue
      if (lowest < 0 || value < (this.#y[lowest] ?? 0)) lowest = i
      if (highest < 0 || value > (this.#y[highest] ?? 0)) highest = i
    }
    if (lowest < 0) return [from]
    return lowest === highest ? [lowest] : [Math.min(lowest, highest), Math.max(lowest, highest)]
  }
}

function doubled(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * numbers.length)
  larger.set(numbers)
  return larger
}
