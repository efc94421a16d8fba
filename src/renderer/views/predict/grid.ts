// Sizes of the cards of predictions, and where a key leads.

/** Pixels. */
const narrowest = 150
const gap = 12
/** Below the picture: the file's name and three bars. */
const words = 102

export function columnsIn(width: number): number {
  return Math.max(1, Math.floor((width + gap) / (narrowest + gap)))
}

/** With the gap below it. The picture is four thirds as wide as it is high. */
export function cardHeight(width: number): number {
  const columns = columnsIn(width)
  const card = Math.max(narrowest, (width - gap * (columns - 1)) / columns)
  return Math.round(card * 0.75) + words + gap
}

/** @returns the place that a key leads to from another one, or null where it is no such key */
export function moved(
  key: string,
  from: number,
  { columns, page, total }: { columns: number; page: number; total: number },
): number | null {
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -page,
    PageDown: page,
    Home: -from,
    End: total - 1 - from,
  }
  const step = steps[key]
  if (step === undefined || total === 0) return null
  const to = from + step
  // A step up or down that leaves the grid stays in its column.
  if ((key === 'ArrowUp' || key === 'ArrowDown') && (to < 0 || to >= total)) return from
  return Math.min(total - 1, Math.max(0, to))
}
