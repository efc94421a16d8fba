// The run that a run is fairly compared with.
import type { Run } from '../../../shared/contract/runs.ts'

type Compared = Pick<Run, 'config' | 'state' | 'result'>

/** A plain fine-tuning of the same network with as many labels and for as long: what differs is the method.
 * @returns the first that fits; null also where a run was stopped, or does not say how many labels it has used */
export function baselineOf<Other extends Compared>(run: Compared, others: readonly Other[]): Other | null {
  if (run.config.method === 'fine-tuning' || !isWhole(run)) return null
  return others.find((one) => one.config.method === 'fine-tuning' && isWhole(one) && told(one) === told(run)) ?? null
}

function isWhole({ state, result }: Compared): boolean {
  return state === 'done' && result?.images !== undefined
}

/** What both must have been told. */
function told({ config, result }: Compared): string {
  const { backbone, labels, budget, depth, steps, imageSize, normalize, batch, seed } = config
  return JSON.stringify([backbone, labels, budget, depth, steps, imageSize, normalize, batch, seed, result?.images?.labelled])
}
