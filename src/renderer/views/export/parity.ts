// How well an exported file agrees with the model that was trained, as a verdict.
import type { ExportContents } from './use-exports.ts'

export type Verdict = 'same' | 'close' | 'different' | 'unknown'

/** Largest difference of a probability that nobody will notice: pictures are decoded and scaled anew, in other arithmetic. */
const unnoticed = 0.01

/** `same`: all classes agree and probabilities almost; `close`: all classes agree, or all but one in a hundred; `different`: more differ. */
export function verdictOf(parity: ExportContents['parity']): Verdict {
  if (!parity || parity.images === 0) return 'unknown'
  const share = parity.sameClass / parity.images
  if (share === 1 && parity.largestDifference <= unnoticed) return 'same'
  return share >= 0.99 ? 'close' : 'different'
}
