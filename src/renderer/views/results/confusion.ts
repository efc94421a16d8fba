// What a confusion matrix tells: shares of its rows, which classes are taken for each other, and the way from cell to cell.

/** Rows = truth, columns = prediction. */
export type Confusion = readonly (readonly number[])[]

export interface Cell {
  /** Indices of classes. */
  readonly truth: number
  readonly predicted: number
}

export interface ConfusedPair extends Cell {
  readonly images: number
  /** Of the images of the true class, 0..1. */
  readonly share: number
}

export function rowTotals(confusion: Confusion): number[] {
  return confusion.map((row) => row.reduce((sum, images) => sum + images, 0))
}

/** Mistakes by falling number of images; of equal ones, the larger share of their class first. */
export function confusedPairs(confusion: Confusion): ConfusedPair[] {
  const totals = rowTotals(confusion)
  const pairs = confusion.flatMap((row, truth) =>
    row.map((images, predicted) => ({ truth, predicted, images, share: images / (totals[truth] || 1) })),
  )
  return pairs
    .filter(({ truth, predicted, images }) => truth !== predicted && images > 0)
    .sort((a, b) => b.images - a.images || b.share - a.share || a.truth - b.truth || a.predicted - b.predicted)
}

/** All classes, those taken for each other beside each other: begins with the one that has most mistakes, goes on with the one most
 * confused with the last, and where that is none, with the one of the remaining that has most mistakes. */
export function orderByConfusion(confusion: Confusion): number[] {
  const between = (a: number, b: number): number => (confusion[a]?.[b] ?? 0) + (confusion[b]?.[a] ?? 0)
  const rest = new Set(confusion.keys())
  const mistakes = confusion.map((_, a) => confusion.reduce((sum, __, b) => (a === b ? sum : sum + between(a, b)), 0))
  const best = (worth: (index: number) => number): number | null =>
    [...rest].reduce<number | null>((chosen, one) => (chosen === null || worth(one) > worth(chosen) ? one : chosen), null)
  const order: number[] = []
  while (rest.size > 0) {
    const last = order.at(-1)
    const near = last === undefined ? null : best((one) => between(last, one))
    const isNear = last !== undefined && near !== null && between(last, near) > 0
    const next = isNear ? near : best((one) => mistakes[one] ?? 0)
    if (next === null) break
    order.push(next)
    rest.delete(next)
  }
  return order
}

export type Direction = 'left' | 'right' | 'up' | 'down'

/** The next cell with images in a direction, in the shown order of the classes. To the left and right, a row's end leads to the row beside it.
 * @returns null where there is none */
export function nextCell(confusion: Confusion, order: readonly number[], { truth, predicted }: Cell, direction: Direction): Cell | null {
  const [row, column] = [order.indexOf(truth), order.indexOf(predicted)]
  const n = order.length
  const isAcross = direction === 'left' || direction === 'right'
  const step = direction === 'left' || direction === 'up' ? -1 : 1
  const start = isAcross ? row * n + column : row
  for (let at = start + step; at >= 0 && at < (isAcross ? n * n : n); at += step) {
    const [y, x] = isAcross ? [Math.floor(at / n), at % n] : [at, column]
    const [t, p] = [order[y], order[x]]
    if (t !== undefined && p !== undefined && (confusion[t]?.[p] ?? 0) > 0) return { truth: t, predicted: p }
  }
  return null
}

/** The mean of the classes that have an F1; null where none has. */
export function macroF1(classes: readonly { readonly f1: number | null; readonly images: number }[]): number | null {
  // A class with images that is never right has no F1 where nothing was predicted as it: it counts as 0, or the mean would praise it.
  const scores = classes.filter(({ images }) => images > 0).map(({ f1 }) => f1 ?? 0)
  return scores.length === 0 ? null : scores.reduce((sum, f1) => sum + f1, 0) / scores.length
}
