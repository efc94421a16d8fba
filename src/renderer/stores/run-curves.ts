// What a run has told while it trained, put together from its events: curves, pseudo-labels, warnings.
import type { JobEvent, PseudoLabelsEvent, StepEvent, ValidationEvent } from '../../shared/events.ts'
import { GrowingSeries } from '../widgets/chart-growing.ts'

export type ChangedLabel = PseudoLabelsEvent['examples'][number] & { readonly step: number }

/** Changed pseudo-labels that are kept to be shown. */
const mostChanged = 48

export class RunCurves {
  readonly loss = new GrowingSeries()
  /** Terms of the loss by name. */
  readonly losses = new Map<string, GrowingSeries>()
  readonly learningRate = new GrowingSeries()
  readonly validation = new GrowingSeries()
  readonly kept = new GrowingSeries()
  readonly confidence = new GrowingSeries()
  /** Of pseudo-labels, on images whose label the run does not see. */
  readonly audit = new GrowingSeries()
  /** Share of the images seen again that got another pseudo-label. */
  readonly changedShare = new GrowingSeries()
  pseudoLabels: PseudoLabelsEvent | null = null
  /** Latest first, each image once. */
  changed: readonly ChangedLabel[] = []
  warnings: readonly string[] = []

  /** Events of one run in the order in which they came. */
  take(event: JobEvent): void {
    if (event.event === 'step') this.#step(event)
    else if (event.event === 'validation') this.#validation(event)
    else if (event.event === 'pseudo-labels') this.#pseudoLabels(event)
    else if (event.event === 'warning')
      this.warnings = [...this.warnings.filter((known) => known !== event.message), event.message].slice(-50)
  }

  #step({ step, loss, losses, learningRate, pseudoLabels }: StepEvent): void {
    this.loss.push(step, loss)
    for (const [name, value] of Object.entries(losses ?? {})) {
      let series = this.losses.get(name)
      if (!series) this.losses.set(name, (series = new GrowingSeries()))
      series.push(step, value)
    }
    if (learningRate !== undefined) this.learningRate.push(step, learningRate)
    if (!pseudoLabels) return
    this.confidence.push(step, pseudoLabels.confidence)
    if (pseudoLabels.accuracy !== null || this.audit.length > 0) this.audit.push(step, pseudoLabels.accuracy)
  }

  #validation({ step, accuracy, kept }: ValidationEvent): void {
    this.validation.push(step, accuracy)
    this.kept.truncate(step)
    if (kept) this.kept.push(step, accuracy)
  }

  #pseudoLabels(event: PseudoLabelsEvent): void {
    this.pseudoLabels = event
    if (event.again > 0) this.changedShare.push(event.step, event.changed / event.again)
    const news = event.examples.map((example) => ({ ...example, step: event.step }))
    const paths = new Set(news.map(({ path }) => path))
    this.changed = [...news, ...this.changed.filter(({ path }) => !paths.has(path))].slice(0, mostChanged)
  }
}
