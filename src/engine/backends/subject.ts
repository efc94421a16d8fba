// What a program is called in messages.
import type { Program } from '../../core/graph/program.ts'

/** A program has no name: it is told by what it computes. */
export function subjectOf({ outputs, updates }: Program): string {
  const results = [...Object.keys(outputs), ...Object.keys(updates)]
  const shown = results.slice(0, 4).join(', ')
  return `the program of ${shown}${results.length > 4 ? ` and ${results.length - 4} more` : ''}`
}
