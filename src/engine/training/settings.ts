// What a request means in numbers: the method's settings and the run's, from `--set`, the options and the defaults.
import { methodById } from '../../core/methods/index.ts'
import type { ConfiguredMethod, Method } from '../../core/methods/method.ts'
import { planPhases } from '../../core/train/plan.ts'
import type { Phase } from '../../core/train/plan.ts'
import { runSettings } from '../../core/train/settings.ts'
import type { RunSettings } from '../../core/train/settings.ts'
import { AppError } from '../../shared/errors.ts'
import { checked, fieldsOf } from '../../shared/expected.ts'
import type { TrainRequest } from '../../shared/requests.ts'
import { fromText } from '../../shared/settings.ts'

export interface Configuration {
  method: Method
  configured: ConfiguredMethod
  /** All of the method's settings, defaults filled in: for the record. */
  methodSettings: Record<string, unknown>
  settings: RunSettings
  phases: Phase[]
}

type Choice = Pick<TrainRequest, 'method' | 'settings' | 'batch' | 'depth' | 'budget' | 'steps'>

/** @param labelledOnly there is no unlabelled image: methods that can do without are told so, others are refused
 *  @throws AppError 'bad-option' naming the method or setting, what was expected and what was found. */
export function configure(request: Choice, labelledOnly: boolean): Configuration {
  const method = knownMethod(request.method)
  const own = fieldsOf(method.settings)
  const common = fieldsOf(runSettings)
  const unknown = Object.keys(request.settings).find((name) => !(name in own) && !(name in common))
  if (unknown !== undefined)
    throw new AppError(
      'bad-option',
      `--set ${unknown}: expected one of ${[...Object.keys(own), ...Object.keys(common)].join(', ')}, found ${unknown}`,
    )
  const pick = (fields: object): Record<string, unknown> =>
    Object.fromEntries(Object.entries(request.settings).filter(([name]) => name in fields))

  const batch = request.batch === undefined ? {} : { labelledBatch: request.batch, unlabelledBatch: request.batch }
  const settings = checked(runSettings, { ...batch, ...fromText(runSettings, pick(common)) }, (name) => `--set ${name}`)
  const ownSettings = (more: object): Record<string, unknown> =>
    checked(method.settings, { ...fromText(method.settings, pick(own)), ...more }, (name) => `--set ${name}`)
  let methodSettings = ownSettings({})
  let configured = method.configure(methodSettings)
  if (labelledOnly && configured.views.unlabelled.length > 0) {
    if (!method.withoutUnlabelled)
      throw new AppError(
        'bad-option',
        `--method: ${method.title} needs unlabelled images: expected some beside the labelled ones, found none; use fewer labels, or fine-tuning, which does without`,
      )
    methodSettings = ownSettings(method.withoutUnlabelled)
    configured = method.configure(methodSettings)
  }
  const choice = request.depth === undefined ? { budget: request.budget ?? 'quick' } : { depth: request.depth }
  const phases = planPhases(choice, request.steps)
  if (phases.some(({ depth }) => depth !== 'all')) requireViews(configured, settings)
  return { method, configured, methodSettings, settings, phases }
}

/** Views of one kind that a step takes of an image are different ones of those that are cached. */
function requireViews({ views }: ConfiguredMethod, { cachedViews }: RunSettings): void {
  for (const kinds of [views.labelled, views.unlabelled])
    for (const kind of kinds) {
      const wanted = kinds.filter((other) => other === kind).length
      if (wanted > cachedViews)
        throw new AppError(
          'bad-option',
          `--set cachedViews: expected at least ${wanted}, as many as a step takes of an image, found ${cachedViews}`,
        )
    }
}

function knownMethod(id: string): Method {
  try {
    return methodById(id)
  } catch (error) {
    throw new AppError('bad-option', `--method: ${(error as Error).message}`, { cause: error })
  }
}
