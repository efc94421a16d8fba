// Numbers of a line chart: several series over one x axis, what is nearest to the pointer, and what to tell those who do not see it.

export interface ChartSeries {
  readonly label: string
  /** Rising. */
  readonly x: ArrayLike<number>
  /** As long as `x`; null or NaN = no value there, which leaves a gap. */
  readonly y: ArrayLike<number | null>
  /** A CSS colour, e.g. `var(--good)`; the series tokens in turn where there is none. */
  readonly colour?: string | undefined
  readonly dashed?: boolean | undefined
  /** A dot at each value, for few of them. */
  readonly points?: boolean | undefined
}

type Y = number | null | undefined

/** All x once, rising, and for each series a value at each of them: `undefined` = it has none there and its line goes on, null = a gap. */
export function align(series: readonly ChartSeries[]): [number[], ...Y[][]] {
  const x = unionOf(series.map((one) => one.x))
  return [x, ...series.map((one) => onto(x, one))]
}

/** Of rising lists, each of which has most of its values in common with the others or none: merged pair by pair. */
function unionOf(lists: readonly ArrayLike<number>[]): number[] {
  const distinct = lists.filter((list, i) => list.length > 0 && lists.indexOf(list) === i)
  return distinct.reduce<number[]>(merge, [])
}

function merge(a: readonly number[], b: ArrayLike<number>): number[] {
  const merged: number[] = []
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const [left, right] = [a[i] ?? Infinity, b[j] ?? Infinity]
    merged.push(Math.min(left, right))
    if (left <= right) i++
    if (right <= left) j++
  }
  return merged
}

function onto(x: readonly number[], { x: own, y }: ChartSeries): Y[] {
  const values = new Array<Y>(x.length)
  for (let i = 0, j = 0; i < x.length; i++) {
    if (j >= own.length || own[j] !== x[i]) continue
    const value = y[j++]
    values[i] = value === null || value === undefined || Number.isNaN(value) ? null : value
  }
  return values
}

/** The index nearest to `from` where there is a value; null where there is none at all. */
export function nearestValue(values: ArrayLike<Y>, from: number): number | null {
  const has = (i: number): boolean => typeof values[i] === 'number'
  for (let distance = 0; distance < values.length; distance++) {
    if (has(from - distance)) return from - distance
    if (has(from + distance)) return from + distance
  }
  return null
}

export interface Summary {
  readonly latest: number | null
  readonly lowest: number | null
  readonly highest: number | null
}

export function summarize(y: ArrayLike<number | null>): Summary {
  let summary: Summary = { latest: null, lowest: null, highest: null }
  for (let i = 0; i < y.length; i++) {
    const value = y[i]
    if (value === null || value === undefined || Number.isNaN(value)) continue
    const { lowest, highest } = summary
    summary = { latest: value, lowest: Math.min(lowest ?? value, value), highest: Math.max(highest ?? value, value) }
  }
  return summary
}
