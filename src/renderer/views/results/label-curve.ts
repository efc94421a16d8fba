// Accuracy by the number of labels: a line for each way of training, and what another doubling of the labels may bring.

export interface LabelPoint {
  /** What must be alike to be one line, e.g. method and backbone. */
  readonly group: string
  readonly labels: number
  /** 0..1 */
  readonly accuracy: number
}

export interface LabelLine {
  readonly group: string
  /** Rising numbers of labels; the mean of the runs with as many. */
  readonly labels: readonly number[]
  readonly accuracy: readonly number[]
  readonly runs: number
}

/** Lines of two points or more, the longest first. */
export function labelLines(points: readonly LabelPoint[]): LabelLine[] {
  const groups = Map.groupBy(points, ({ group }) => group)
  return [...groups]
    .map(([group, own]): LabelLine => {
      const byLabels = [...Map.groupBy(own, ({ labels }) => labels)].sort(([a], [b]) => a - b)
      return { group, labels: byLabels.map(([labels]) => labels), accuracy: byLabels.map(([, at]) => meanAccuracy(at)), runs: own.length }
    })
    .filter(({ labels }) => labels.length > 1)
    .sort((a, b) => b.labels.length - a.labels.length || a.group.localeCompare(b.group))
}

function meanAccuracy(points: readonly LabelPoint[]): number {
  return points.reduce((sum, { accuracy }) => sum + accuracy, 0) / points.length
}

/** What each doubling of the labels has brought over the last two points: learning curves flatten, so it is what the next brings at best.
 * @returns a difference of shares */
export function gainOfDoubling({ labels, accuracy }: LabelLine): number {
  const [x0 = 1, x1 = 1] = labels.slice(-2)
  const [y0 = 0, y1 = 0] = accuracy.slice(-2)
  return (y1 - y0) / Math.log2(x1 / x0)
}
