// Labelled images, pseudo-labels and queues side by side, class by class.
import type { PseudoLabelsEvent } from '../../../shared/events.ts'

export interface BalanceRow {
  readonly class: number
  readonly name: string
  /** null where the project no longer knows. */
  readonly labelled: number | null
  readonly pseudo: number
  /** Of the largest class, 0..1. */
  readonly labelledShare: number
  readonly pseudoShare: number
  /** Of the class's places, 0..1. */
  readonly queueShare: number
}

export interface Balance {
  readonly rows: readonly BalanceRow[]
  readonly hasPseudoLabels: boolean
  /** Keys for each class; null without queues. */
  readonly queueSize: number | null
}

/** @param classes of the run, in the order of its events */
export function balanceOf(
  classes: readonly { readonly class: number; readonly name: string }[],
  event: PseudoLabelsEvent | null,
  labels: readonly { readonly class: number; readonly labels: number }[],
): Balance {
  const labelled = new Map(labels.map((row) => [row.class, row.labels]))
  const most = Math.max(1, ...classes.map((one) => labelled.get(one.class) ?? 0))
  const mostPseudo = Math.max(1, ...(event?.classes ?? []))
  const size = event?.queue?.size ?? null
  const rows = classes.map((one, i) => {
    const [known, pseudo, held] = [labelled.get(one.class) ?? null, event?.classes[i] ?? 0, event?.queue?.held[i] ?? 0]
    return {
      ...{ class: one.class, name: one.name, labelled: known, pseudo },
      ...{ labelledShare: (known ?? 0) / most, pseudoShare: pseudo / mostPseudo },
      queueShare: size === null || size === 0 ? 0 : Math.min(1, held / size),
    }
  })
  return { rows, hasPseudoLabels: (event?.seen ?? 0) > 0, queueSize: size }
}
