// Tells the user's side how a run goes, and writes its metrics.
import type { TrainEvent } from '../../core/train/events.ts'
import type { NdjsonFile } from '../../node/files.ts'
import type { PseudoLabelsEvent, StepEvent, ValidationEvent, WarningEvent } from '../../shared/events.ts'
import type { JobContext } from '../job.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Run } from './open-run.ts'
import type { PseudoLabelReport } from './pseudo-label-tracker.ts'

/** Steps are told at most this often; the metrics file has them all. */
const stepIntervalMilliseconds = 100

export class Reporter {
  readonly #context: JobContext
  readonly #run: Run
  readonly #metrics: NdjsonFile
  readonly #started = performance.now()
  #phase = 0
  #phaseStarted = { step: 0, time: 0 }
  #step = 0
  #toldAt = 0
  readonly #rates: number[] = []
  readonly #waiting = new Map<number, { steps: number; share: number }>()
  readonly #fallbacks: string[] = []
  #writing: Promise<void> = Promise.resolve()

  constructor(context: JobContext, run: Run, metrics: NdjsonFile) {
    this.#context = context
    this.#run = run
    this.#metrics = metrics
  }

  /** Steps done over all phases. */
  get step(): number {
    return this.#step
  }

  /** Since the command began. */
  get seconds(): number {
    return (performance.now() - this.#started) / 1000
  }

  /** Images through the network a second of training, as last measured in each phase, averaged. */
  get imagesPerSecond(): number {
    return this.#rates.length === 0 ? 0 : this.#rates.reduce((a, b) => a + b, 0) / this.#rates.length
  }

  /** Share of the time of training spent waiting for images, each phase by its steps; null where none was done. */
  get waitingShare(): number | null {
    const done = [...this.#waiting.values()]
    const steps = done.reduce((sum, phase) => sum + phase.steps, 0)
    return steps === 0 ? null : done.reduce((sum, phase) => sum + phase.steps * phase.share, 0) / steps
  }

  stepsBefore(phase: number): number {
    return this.#run.phases.slice(0, phase).reduce((sum, { steps }) => sum + steps, 0)
  }

  start(device: string, resume: Checkpoint | null): void {
    const { request, data, method, settings, phases, recipes, threads } = this.#run
    this.#step = resume ? this.stepsBefore(resume.phase) + resume.progress.step : 0
    this.#context.emit({
      event: 'start',
      job: 'train',
      method: method.id,
      classes: [...data.set.classes],
      images: {
        labelled: data.labelled.length,
        unlabelled: data.unlabelled.length,
        validation: data.validation.length,
        test: data.test.length,
      },
      steps: this.stepsBefore(phases.length),
      batch: settings.labelledBatch,
      imageSize: recipes.evaluation.size,
      seed: request.seed,
      threads,
      device,
      out: request.out,
      ...(resume && { resumedFrom: this.#step }),
    })
    for (const { path, reason } of data.set.skipped) this.#context.emit({ event: 'warning', message: reason, file: path })
    if (data.unlabelled.length === 0)
      this.#context.emit({ event: 'warning', message: 'all training images are labelled: there are no unlabelled ones to learn from' })
  }

  /** What the run had to change to go on. */
  get fallbacks(): readonly string[] {
    return this.#fallbacks
  }

  fallback(message: string): void {
    this.#fallbacks.push(message)
    this.#tell({ event: 'warning', message, step: this.#step })
  }

  phase(index: number): void {
    this.#phase = index
    this.#phaseStarted = { step: -1, time: 0 }
  }

  task(task: string, done: number, total: number, unit = 'images'): void {
    this.#context.emit({ event: 'progress', task, done, total, unit })
  }

  training(event: TrainEvent): void {
    const step = this.stepsBefore(this.#phase) + event.step
    if (event.kind === 'recovery') return this.#recovery(event, step)
    this.#step = step
    if (event.kind === 'validation') {
      const { accuracy, loss, kept } = event
      return this.#tell({ event: 'validation', step, accuracy, loss: finite(loss), kept })
    }
    this.#rates[this.#phase] = event.imagesPerSecond
    this.#waiting.set(this.#phase, { steps: event.step, share: event.waitingShare })
    if (this.#phaseStarted.step < 0) this.#phaseStarted = { step: event.step, time: performance.now() }
    const now = performance.now()
    const isPassing = now - this.#toldAt < stepIntervalMilliseconds && event.step !== event.steps
    if (!isPassing) this.#toldAt = now
    this.#tell(
      {
        event: 'step',
        step,
        steps: this.stepsBefore(this.#run.phases.length),
        phase: this.#run.phases[this.#phase]?.title,
        loss: finite(event.loss),
        losses: event.terms,
        learningRate: event.learningRate,
        imagesPerSecond: event.imagesPerSecond,
        waitingShare: event.waitingShare,
        seconds: this.seconds,
        remainingSeconds: this.#remaining(event.step, event.steps),
        ...(event.pseudoLabels && { pseudoLabels: event.pseudoLabels }),
      },
      isPassing,
    )
  }

  /** @param step of the phase */
  pseudoLabels(step: number, report: PseudoLabelReport): void {
    this.#tell({ event: 'pseudo-labels', step: this.stepsBefore(this.#phase) + step, ...report })
  }

  /** Waits until all metrics are with the operating system. */
  flush(): Promise<void> {
    return this.#writing
  }

  /** Each event of the training is a line of the metrics; its `step` says which lines a resumed run drops. */
  #tell(event: StepEvent | ValidationEvent | PseudoLabelsEvent | (WarningEvent & { step: number }), isPassing = false): void {
    const line = { at: new Date().toISOString(), ...event }
    this.#writing = this.#writing.then(() => this.#metrics.append(line))
    if (!isPassing) this.#context.emit(event)
  }

  #recovery({ reason, returnedTo, rateScale }: Extract<TrainEvent, { kind: 'recovery' }>, step: number): void {
    const at = `training diverged (${reason}): back to step ${returnedTo} of this phase`
    const message =
      rateScale === 0 ? `${at}, which ends it: the rate was halved three times already` : `${at}, at ${rateScale} times the learning rate`
    this.#tell({ event: 'warning', message, step })
  }

  /** Of this phase, at its mean pace so far. */
  #remaining(step: number, steps: number): number | null {
    const { step: first, time } = this.#phaseStarted
    if (step <= first) return null
    return ((performance.now() - time) / 1000 / (step - first)) * (steps - step)
  }
}

function finite(x: number): number | null {
  return Number.isFinite(x) ? x : null
}
