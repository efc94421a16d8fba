// Text for people: one line that keeps changing on a terminal, plain lines now and then elsewhere, a summary at the end.
import type { JobEvent, ProgressEvent, StartEvent, StepEvent } from '../../shared/events.ts'
import { duration, percent, significant } from './format.ts'
import { errorLine, oneLine } from './output.ts'
import type { Output, Sink } from './output.ts'
import { summary } from './summary.ts'

/** Milliseconds between changes of the line on a terminal, and between lines elsewhere. */
const pace = { terminal: 100, lines: 5_000 }

/** @param now clock in milliseconds. */
export function humanOutput(stdout: Sink, stderr: Sink, now: () => number = () => performance.now()): Output {
  const status = new StatusLine(stdout, now)
  const event = (event: JobEvent): void => {
    switch (event.event) {
      case 'start':
        return status.print(startText(event))
      case 'step':
        return status.show(stepText(event), event.step === event.steps)
      case 'progress':
        return status.show(progressText(event), event.done === event.total)
      case 'validation':
        return status.print(`validation after step ${event.step}: ${percent(event.accuracy)}${event.kept ? ' (kept)' : ''}`)
      case 'warning':
        status.clear()
        return stderr.write(`warning: ${oneLine(event.file === undefined ? event.message : `${event.file}: ${event.message}`)}\n`)
      case 'log':
        return status.print(event.message)
      // For the interface, and of jobs that only services start.
      default:
        return
    }
  }
  return {
    event,
    done: (result) => status.print(summary(result)),
    result: (_, text) => status.print(text),
    failed: (error) => {
      status.clear()
      stderr.write(errorLine(error))
    },
    stopping: () => {
      status.clear()
      stderr.write('stopping after a checkpoint; Ctrl-C again stops at once\n')
    },
  }
}

/** The last line of a terminal, rewritten in place. */
class StatusLine {
  readonly #out: Sink
  readonly #now: () => number
  #shownAt = -Infinity
  #visible = false

  constructor(out: Sink, now: () => number) {
    this.#out = out
    this.#now = now
  }

  /** A passing state; most are left out. `last` ones always show. */
  show(text: string, last: boolean): void {
    const { columns } = this.#out
    const time = this.#now()
    if (!last && time - this.#shownAt < (columns === undefined ? pace.lines : pace.terminal)) return
    this.#shownAt = time
    if (columns === undefined) return this.#out.write(`${text}\n`)
    this.#out.write(`\r\x1b[K${text.slice(0, columns - 1)}`)
    this.#visible = true
  }

  /** Lines that stay. */
  print(text: string): void {
    this.clear()
    this.#out.write(`${text}\n`)
  }

  clear(): void {
    if (this.#visible) this.#out.write('\r\x1b[K')
    this.#visible = false
  }
}

function startText(start: StartEvent): string {
  const { images } = start
  const facts = [
    start.method,
    start.classes && `${start.classes.length} classes`,
    images && `${images.labelled} labelled, ${images.unlabelled} unlabelled, ${images.validation} validation, ${images.test} test images`,
    start.device,
    start.resumedFrom !== undefined && `going on from step ${start.resumedFrom}`,
  ]
  return `${start.job}: ${facts.filter((fact) => typeof fact === 'string').join('; ')}`.replace(/: $/, '')
}

function stepText(step: StepEvent): string {
  const parts = [
    `${step.phase === undefined ? '' : `${step.phase}, `}step ${step.step}/${step.steps}`,
    `loss ${significant(step.loss)}`,
    typeof step.accuracy === 'number' && `accuracy ${percent(step.accuracy)}`,
    typeof step.pseudoLabels?.accuracy === 'number' && `pseudo-labels ${percent(step.pseudoLabels.accuracy)}`,
    typeof step.imagesPerSecond === 'number' && `${Math.round(step.imagesPerSecond)} images/s`,
    left(step.remainingSeconds),
  ]
  return parts.filter((part) => typeof part === 'string').join('  ')
}

function progressText({ task, done, total, unit, remainingSeconds }: ProgressEvent): string {
  return [`${task} ${done}/${total}${unit === undefined ? '' : ` ${unit}`}`, left(remainingSeconds)]
    .filter((part) => part !== null)
    .join('  ')
}

function left(seconds: number | null | undefined): string | null {
  return typeof seconds === 'number' ? `${duration(seconds)} left` : null
}
