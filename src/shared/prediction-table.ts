// Predictions as a CSV: file, class, probability, the classes after it, and the reason where there is none.
import { toRow } from './csv.ts'
import type { PredictionLine } from './lines.ts'

/** @param top classes an image: of each a name and a probability @returns the header's line */
export function predictionHeader(top: number): string {
  const further = Array.from({ length: Math.max(0, top - 1) }, (_, i) => [`class_${i + 2}`, `probability_${i + 2}`])
  return toRow(['file', 'class', 'probability', ...further.flat(), 'problem'])
}

/** @param top as in the header: every line has as many cells */
export function predictionRow({ file, classes, problem }: Omit<PredictionLine, 'id'>, top: number): string {
  const cells = Array.from({ length: Math.max(1, top) }, (_, i) => [
    classes[i]?.name ?? '',
    classes[i] ? String(classes[i].probability) : '',
  ])
  return toRow([file, ...cells.flat(), problem ?? ''])
}
