// What the training tells on the terminal: a line now and then, with the time that is left.
import type { Cycle, Recipe } from './recipe.ts'
import type { ProgressEvent } from './job.ts'

/** Seconds between lines. */
const interval = 10

/** @returns takes events and prints some of them */
export function progressLine({ batch, drawings, cycles }: Recipe, print: (line: string) => void): (event: ProgressEvent) => void {
  /** Of a step: its images, by their pixels. */
  const costOf = (cycle: Cycle): number => (batch + (cycle.species > 0 ? drawings.batch : 0)) * cycle.size ** 2
  let last = -Infinity
  const isDue = (): boolean => {
    if (performance.now() - last < interval * 1000) return false
    last = performance.now()
    return true
  }
  let since: { kind: string; time: number; done: number } | null = null
  return (event) => {
    if (event.kind === 'training')
      return print(`training ${event.parameters} parameters on ${event.photos} photos, looking at ${event.validation} others`)
    if (event.kind !== 'cycle') {
      const { kind, done, total } = event
      if (since?.kind !== kind) since = { kind, time: performance.now(), done }
      if (!isDue()) return
      const rate = (done - since.done) / Math.max(1e-3, (performance.now() - since.time) / 1000)
      return print(`${kind}: ${done} of ${total} ${kind === 'teacher' ? 'views' : 'butterflies'}${leftOf((total - done) / rate)}`)
    }
    const { cycle, event: inner } = event
    const where = `cycle ${cycle + 1} of ${cycles.length}, step ${inner.step}`
    if (inner.kind === 'recovery')
      return print(`${where}: ${inner.reason}, back to step ${inner.returnedTo} with ${inner.rateScale} times the rate`)
    if (inner.kind === 'validation')
      return print(
        `${where}: agrees with the teacher on ${(100 * inner.accuracy).toFixed(1)} % of the other photos, divergence ${inner.loss.toFixed(3)}`,
      )
    if (!isDue()) return
    const now = cycles[cycle]!
    const later = cycles.slice(cycle + 1).reduce((sum, one) => sum + one.steps * costOf(one), 0)
    const open = (inner.steps - inner.step) * costOf(now) + later
    const rate = inner.imagesPerSecond * now.size ** 2
    const terms = Object.entries(inner.terms).map(([name, value]) => `${name} ${value.toFixed(3)}`)
    print(
      `${where} of ${inner.steps}: loss ${inner.loss.toFixed(3)} (${terms.join(', ')}), ${inner.imagesPerSecond.toFixed(0)} images/s${leftOf(open / rate)}`,
    )
  }
}

function leftOf(seconds: number): string {
  if (!Number.isFinite(seconds)) return ''
  return seconds < 90 ? `, ${Math.ceil(seconds)} s left` : `, ${Math.round(seconds / 60)} min left`
}
