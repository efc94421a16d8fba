// What a budget means: phases of a run, each starting from the weights of the one before.
import type { Depth } from '../nn/backbone.ts'

export type Budget = 'quick' | 'standard' | 'thorough'

export interface Phase {
  /** For people: shown with the progress. */
  title: string
  depth: Depth
  steps: number
  /** Times the run's learning rate: later phases change more weights, more gently. */
  rateFactor: number
}

const head: Phase = { title: 'head on cached views', depth: 'head', steps: 800, rateFactor: 1 }
const lastStages: Phase = { title: 'last stage on cached views', depth: 1, steps: 500, rateFactor: 1 }
const everything: Phase = { title: 'all layers', depth: 'all', steps: 600, rateFactor: 0.125 }

/** `quick`: the head on cached views, about a minute. `standard`: then the last stage. `thorough`: then all layers. */
export const budgets: Readonly<Record<Budget, readonly Phase[]>> = {
  quick: [head],
  standard: [head, lastStages],
  thorough: [head, lastStages, everything],
}

/** Phases of a run: those of the budget, or one of the given depth.
 * @param steps in all; shared among the phases in the budget's proportions. Left out: the budget's own. */
export function planPhases(choice: { budget: Budget } | { depth: Depth }, steps?: number): Phase[] {
  const phases = 'budget' in choice ? budgets[choice.budget] : [single(choice.depth)]
  if (steps === undefined) return phases.map((phase) => ({ ...phase }))
  const total = phases.reduce((sum, phase) => sum + phase.steps, 0)
  return phases.map((phase) => ({ ...phase, steps: Math.max(1, Math.round((steps * phase.steps) / total)) }))
}

function single(depth: Depth): Phase {
  if (depth === 'head') return head
  if (depth === 'all') return { ...everything, rateFactor: 1 }
  return { ...lastStages, title: depth === 1 ? lastStages.title : `last ${depth} stages on cached views`, depth, rateFactor: 1 }
}
