// What the form holds, and the run that it means.
import type { RunConfig } from '../../../shared/contract/runs.ts'
import type { Setting } from '../../../shared/results.ts'

export type SettingValue = RunConfig['settings'][string]

export interface Draft {
  name: string
  method: string
  /** null = the first there is. */
  backbone: string | null
  labels: 'proportion' | 'perClass'
  /** 0..1 */
  proportion: number
  perClass: number
  budget: RunConfig['budget']
  /** `budget`: what the budget says. */
  depth: 'budget' | 'head' | '1' | '2' | '3' | 'all'
  /** null = what the budget, the backbone or the method says. */
  steps: number | null
  imageSize: number | null
  batch: number | null
  seed: number
  /** null = the one chosen for all runs. */
  device: string | null
  /** Those that differ from their defaults. */
  settings: Record<string, SettingValue>
}

export const emptyDraft: Readonly<Draft> = {
  name: '',
  method: 'self-tuning',
  backbone: null,
  labels: 'proportion',
  proportion: 1,
  perClass: 8,
  budget: 'quick',
  depth: 'budget',
  steps: null,
  imageSize: null,
  batch: null,
  seed: 0,
  device: null,
  settings: {},
}

/** @param known settings of the method and of the loop: what another method knows is left out */
export function configOf(draft: Draft, backbone: string, known: ReadonlySet<string>): RunConfig {
  const { steps, imageSize, batch, device } = draft
  return {
    method: draft.method,
    backbone,
    ...labelsOf(draft),
    budget: draft.budget,
    ...(draft.depth !== 'budget' && { depth: draft.depth === 'head' || draft.depth === 'all' ? draft.depth : Number(draft.depth) }),
    ...(steps !== null && { steps }),
    ...(imageSize !== null && { imageSize }),
    ...(batch !== null && { batch }),
    ...(device !== null && { device }),
    settings: Object.fromEntries(Object.entries(draft.settings).filter(([name]) => known.has(name))),
    seed: draft.seed,
  }
}

function labelsOf({ labels, proportion, perClass }: Draft): Pick<RunConfig, 'labels'> {
  if (labels === 'perClass') return { labels: { perClass } }
  // All labels need no subset.
  return proportion < 1 ? { labels: { proportion } } : {}
}

/** A form that says what a run was told: to train it again, changed. */
export function draftOf({ config, name }: { readonly config: RunConfig; readonly name: string }): Draft {
  const { labels, depth } = config
  return {
    ...emptyDraft,
    name,
    method: config.method,
    backbone: config.backbone,
    ...(labels && 'perClass' in labels && { labels: 'perClass' as const, perClass: labels.perClass }),
    ...(labels && 'proportion' in labels && { proportion: labels.proportion }),
    budget: config.budget,
    depth: depth === undefined ? 'budget' : depth === 1 || depth === 2 || depth === 3 ? `${depth}` : depth === 'head' ? 'head' : 'all',
    steps: config.steps ?? null,
    imageSize: config.imageSize ?? null,
    batch: config.batch ?? null,
    seed: config.seed,
    device: config.device ?? null,
    settings: { ...config.settings },
  }
}

/** A setting as the form changes it: its default is no change. */
export function withSetting(draft: Draft, { name, default: usual }: Pick<Setting, 'name' | 'default'>, value: SettingValue | null): Draft {
  const { [name]: _before, ...others } = draft.settings
  const isUsual = value === null || JSON.stringify(value) === JSON.stringify(usual)
  return { ...draft, settings: isUsual ? others : { ...others, [name]: value } }
}

/** Numbers as people write them: `0.5, 0.75`. @returns null where a part is no number */
export function numbersOf(text: string): number[] | null {
  const parts = text
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map(Number)
  return parts.every(Number.isFinite) ? parts : null
}

/** What sessionStorage kept, as far as it still fits. */
export function restore(text: string | null): Draft {
  if (text === null) return { ...emptyDraft }
  try {
    const kept = JSON.parse(text) as Partial<Draft>
    return { ...emptyDraft, ...kept, settings: { ...kept.settings } }
  } catch {
    return { ...emptyDraft }
  }
}
