// Job `check`: whether a run could start as it is told to, without reading an image.
import type { AppError } from '../../shared/errors.ts'
import type { RequestOf } from '../../shared/requests.ts'
import { toAppError } from '../errors.ts'
import type { Job } from '../job.ts'
import { requireSourceHead, requireTrainable } from '../training/open-run.ts'
import { runMemory } from '../training/memory.ts'
import { recentNetwork } from '../training/recent-network.ts'
import { configure } from '../training/settings.ts'
import type { Configuration } from '../training/settings.ts'

export const check: Job<'check'> = async (request) => {
  const problems: { field: string; message: string }[] = []
  const configuration = attempt(
    () => configure(request, request.unlabelled === 0),
    (error) => problems.push(fieldOf(error, request)),
  )
  const network = await recentNetwork(request).catch((error: unknown) => {
    problems.push({ field: 'backbone', message: toAppError(error).message })
    return null
  })
  if (configuration && network)
    attempt(
      () => requireTrainable(configuration, network),
      ({ message }) => problems.push({ field: request.depth === undefined ? 'budget' : 'depth', message: message.replace(/^--/, '') }),
    )
  if (configuration && network)
    attempt(
      () => requireSourceHead(configuration, network, request.backbone),
      ({ message }) => problems.push({ field: 'backbone', message }),
    )
  const batch = { labelled: configuration?.settings.labelledBatch ?? 0, unlabelled: unlabelledBatch(request, configuration) }
  let memory: number | null = null
  if (configuration && network && problems.length === 0)
    memory =
      attempt(
        () => runMemory(configuration, network.backbone, request.classes),
        (error) => problems.push({ field: 'method', message: error.message }),
      ) ?? null
  return {
    problems,
    phases: configuration?.phases.map(({ title, steps }) => ({ title, steps })) ?? [],
    imageSize: network?.imageSize ?? 0,
    batch,
    memory,
  }
}

function attempt<T>(work: () => T, failed: (error: AppError) => void): T | undefined {
  try {
    return work()
  } catch (thrown) {
    const error = toAppError(thrown)
    if (!error.isUserError) throw thrown
    failed(error)
    return undefined
  }
}

function unlabelledBatch({ unlabelled }: RequestOf<'check'>, configuration: Configuration | undefined): number {
  return configuration && unlabelled > 0 && configuration.configured.views.unlabelled.length > 0
    ? configuration.settings.unlabelledBatch
    : 0
}

/** The message without the command line's words, and the field that it is about. */
function fieldOf({ message, details }: AppError, { settings }: RequestOf<'check'>): { field: string; message: string } {
  const [, option = '', rest = message] = /^--(method|set \w+): (.*)$/s.exec(message) ?? []
  if (option === 'method') return { field: 'method', message: `method: ${rest}` }
  const name = typeof details.field === 'string' ? details.field : option.replace('set ', '')
  // `batch` stands for the settings of both halves.
  const field = name.endsWith('Batch') && !(name in settings) ? 'batch' : `settings.${name}`
  return { field, message: `${name}: ${rest}` }
}
