// Learning rate over a run.
import type { RunSettings } from './settings.ts'

/** Factor on the base learning rate at a step: linear warm-up, then cosine to zero, steps of 1/10 at the milestones, or constant.
 * @param step from 0; steps in all */
export function rateFactor(step: number, steps: number, settings: Pick<RunSettings, 'schedule' | 'milestones' | 'warmUp'>): number {
  const share = step / steps
  const warm = settings.warmUp * steps
  const rise = step < warm ? (step + 1) / (Math.floor(warm) + 1) : 1
  switch (settings.schedule) {
    case 'constant':
      return rise
    case 'cosine':
      return (rise * (1 + Math.cos(Math.PI * share))) / 2
    case 'step':
      return rise * 10 ** -settings.milestones.filter((milestone) => share >= milestone).length
  }
}
