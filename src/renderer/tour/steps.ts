// The steps of the tour: where each is, what it points at, and when a person has done what it says. Its words are in locales/*/tour.json.
import { projectViews } from '../project-views.ts'
import type { ProjectView } from '../project-views.ts'

/** What the tour follows of what a person does. */
export interface Situation {
  /** The project's view that is shown; null outside of a project. */
  readonly view: ProjectView | null
  readonly labelled: number
  readonly runs: number
  /** Runs that have a model. */
  readonly models: number
  readonly exports: number
}

export interface Step {
  readonly id: string
  readonly view: ProjectView
  /** `data-tour` of what it points at: the first that is there. */
  readonly anchors: readonly string[]
  readonly side: Side
  /** Going to the view alone leads here only then. */
  readonly canBegin?: (now: Situation) => boolean
  /** @param then the situation in which the step began; absent = there is nothing to do but look */
  readonly isDone?: (now: Situation, then: Situation) => boolean
}

export type Side = 'right' | 'left' | 'bottom' | 'top'

/** Images to label in the tour. */
export const toLabel = 3

const hasModel = (now: Situation): boolean => now.models > 0

export const steps = [
  { id: 'images', view: 'images', anchors: ['images'], side: 'bottom' },
  { id: 'label', view: 'label', anchors: ['label'], side: 'left', isDone: (now, then) => now.labelled >= then.labelled + toLabel },
  { id: 'train', view: 'train', anchors: ['train-blocked', 'train'], side: 'left', isDone: (now, then) => now.runs > then.runs },
  { id: 'watch', view: 'train', anchors: ['watch'], side: 'bottom', isDone: (now, then) => now.models > then.models },
  { id: 'results', view: 'results', anchors: ['results'], side: 'right', canBegin: hasModel },
  {
    id: 'export',
    view: 'export',
    anchors: ['export'],
    side: 'right',
    canBegin: hasModel,
    isDone: (now, then) => now.exports > then.exports,
  },
] as const satisfies readonly Step[]

export type StepId = (typeof steps)[number]['id']

export function stepOf(id: StepId): Step & { readonly id: StepId } {
  return steps[placeOf(id)] ?? steps[0]
}

/** 0 = the first. */
export function placeOf(id: StepId): number {
  return steps.findIndex((step) => step.id === id)
}

/** The step so many further; null = beyond the last or before the first. */
export function stepAfter(id: StepId, by: 1 | -1): StepId | null {
  return steps[placeOf(id) + by]?.id ?? null
}

/** Where the tour is after what a person has just done: on by one where that was what the step says, or in the view that they went on to.
 * @param before the situation before @param then the one in which the step began @returns null = through */
export function follow(id: StepId, now: Situation, before: Situation, then: Situation): StepId | null {
  const { view, isDone } = stepOf(id)
  if (isDone?.(now, then)) return stepAfter(id, 1)
  if (now.view === null || now.view === before.view || now.view === view) return id
  const later: readonly (Step & { readonly id: StepId })[] = steps.slice(placeOf(id) + 1)
  return later.find((step) => step.view === now.view && (step.canBegin?.(now) ?? true))?.id ?? id
}

export function isProjectView(name: unknown): name is ProjectView {
  return projectViews.some((view) => view === name)
}
