// `run start|list|show|resume` and `export`.
import { stat } from 'node:fs/promises'
import type { z } from 'zod'
import type { Run, runConfig } from '../../../shared/contract/runs.ts'
import { AppError } from '../../../shared/errors.ts'
import { starterId } from '../../../shared/starter.ts'
import { fromCaller } from '../../caller-folder.ts'
import { duration, percent, table, thousands } from '../format.ts'
import { follow, onStop, openProject } from './session.ts'
import type { Action, Session } from './session.ts'

/** Trains on a project's labels and waits for the end. Ctrl-C pauses the run.
 * @param config as the contract has it, but `backbone` may be an ONNX file too: it is taken in first */
export function start(folder: string, config: z.input<typeof runConfig>, name: string | undefined): Action {
  return async (session) => {
    const { id: project } = await openProject(session, folder)
    const backbone = config.backbone === undefined ? starterId : await backboneId(session, config.backbone)
    if (session.signal.aborted) throw new AppError('stopped', 'run: stopped before it was made')
    const run = await session.api.runs.start({ project, config: { ...config, backbone }, ...(name !== undefined && { name }) })
    return ended(session, run)
  }
}

export function resume(folder: string, id: string): Action {
  return async (session) => {
    const { id: project } = await openProject(session, folder)
    return ended(session, await session.api.runs.resume({ project, run: id }))
  }
}

export function list(folder: string): Action {
  return async (session) => {
    const { id: project } = await openProject(session, folder)
    const { runs } = await session.api.runs.list({ project })
    const rows = runs.map((run) => [run.id, run.state, run.config.method, run.config.budget, percent(run.result?.testAccuracy), run.name])
    return {
      result: { runs },
      text: runs.length === 0 ? 'no runs yet' : table([['run', 'state', 'method', 'budget', 'test accuracy', 'name'], ...rows]),
    }
  }
}

export function show(folder: string, id: string): Action {
  return async (session) => {
    const { id: project } = await openProject(session, folder)
    const run = await session.api.runs.get({ project, run: id })
    return { result: { run }, text: described(run) }
  }
}

export function exportModel(folder: string, id: string, { format, to }: { format: string; to?: string }): Action {
  return async (session) => {
    const { id: project } = await openProject(session, folder)
    const task = await session.api.exports.export({ project, run: id, format, ...(to !== undefined && { to: fromCaller(to) }) })
    const result = await follow(session, task)
    if (result.kind !== 'export') throw new AppError('internal', `export: expected the result of an export, found one of ${result.kind}`)
    const { files, parity } = result
    const checked = parity
      ? `run again on ${parity.images} images: ${parity.sameClass} with the same class, largest difference of a probability ${parity.largestDifference.toExponential(1)}`
      : 'not compared: no validation images'
    return { result, text: [...files.map(({ path, bytes }) => `${path}  ${thousands(bytes)} bytes`), checked].join('\n') }
  }
}

export async function backboneId({ api }: Session, given: string): Promise<string> {
  if (given === starterId) return given
  const file = fromCaller(given)
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  )
  if (isFile) return (await api.backbones.add({ file })).id
  const { backbones } = await api.backbones.list({})
  if (backbones.every(({ id }) => id !== given))
    throw new AppError('not-found', `--backbone ${given}: expected an ONNX file or the id of a backbone, found neither`)
  return given
}

/** Shows a run's progress until it is over. */
async function ended(session: Session, { project, id }: Run): Promise<Awaited<ReturnType<Action>>> {
  const { api, output, signal } = session
  const over = Promise.withResolvers<Run>()
  const settle = (run: Run): void => {
    if (run.id === id && run.state !== 'queued' && run.state !== 'running') over.resolve(run)
  }
  const silence = [
    session.on('runs.progress', ({ run, event }) => {
      if (run === id) output.event(event)
    }),
    session.on('runs.changed', ({ run }) => settle(run)),
  ]
  const forget = onStop(signal, () => void api.runs.pause({ project, run: id }).then(settle, over.reject))
  try {
    // It may have ended before anyone listened.
    settle(await api.runs.get({ project, run: id }))
    const run = await over.promise
    if (run.error) throw AppError.fromJSON(run.error)
    if (run.state !== 'done') throw new AppError('stopped', `run ${id}: ${run.state}; \`run resume\` goes on from there`)
    return { result: { run }, text: described(run) }
  } finally {
    for (const end of [...silence, forget]) end()
  }
}

function described(run: Run): string {
  const { config, progress, result, error } = run
  const step = progress.step
  const facts = [
    ['run', `${run.id}, ${run.name}`],
    ['state', run.state + (error ? `: ${error.message}` : '')],
    ['method', `${config.method}, ${config.depth === undefined ? config.budget : `depth ${config.depth}`}, seed ${config.seed}`],
    ...(step ? [['step', `${step.step} of ${step.steps}`]] : []),
    ...(progress.kept ? [['validation', `${percent(progress.kept.accuracy)} after step ${progress.kept.step}, kept`]] : []),
    ...(result
      ? [
          ['test accuracy', percent(result.testAccuracy)],
          ['time', duration(result.seconds)],
          ['model', result.model],
        ]
      : []),
  ]
  return table(facts)
}
