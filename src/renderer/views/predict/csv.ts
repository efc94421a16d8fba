// Predictions as a CSV made in the page: the same columns as the file that the services write.
import type { Prediction } from './filter.ts'

/** A spreadsheet would take it for a formula: it gets an apostrophe in front. */
const risky = /^'*[=+\-@\t\r\n]/

/** @param top classes an image at most @returns text with the header first; lines end as RFC 4180 says */
export function toCsv(predictions: readonly Prediction[], top: number): string {
  const further = Array.from({ length: Math.max(0, top - 1) }, (_, i) => [`class_${i + 2}`, `probability_${i + 2}`])
  const rows = predictions.map(({ file, classes, problem }) => {
    const cells = Array.from({ length: Math.max(1, top) }, (_, i) => [
      classes[i]?.name ?? '',
      classes[i] ? String(classes[i].probability) : '',
    ])
    return [file, ...cells.flat(), problem ?? '']
  })
  return [['file', 'class', 'probability', ...further.flat(), 'problem'], ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('')
}

function cell(text: string): string {
  const safe = risky.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
