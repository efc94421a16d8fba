// Says that a run has ended, to somebody who is looking at something else, and leads to it.
import { Notification } from 'electron'
import type { Run } from '../../shared/contract/runs.ts'
import type { TrainingListener } from './training.ts'
import type { MainWindow } from './window.ts'
import type { Wishes } from './wishes.ts'
import type { Words } from './words/index.ts'

export function notifyOfEnds(window: MainWindow, wishes: Pick<Wishes, 'send'>, words: () => Words): TrainingListener {
  // A notification whose object is collected is not heard any more when it is clicked.
  const shown = new Set<Notification>()
  return {
    ended: (run) => {
      if (window.isInFront || !Notification.isSupported()) return
      const notification = new Notification({ ...textOf(run, words()), silent: false })
      shown.add(notification)
      notification.on('close', () => shown.delete(notification))
      notification.on('click', () => {
        shown.delete(notification)
        window.show()
        wishes.send({ project: run.project, run: run.id })
      })
      notification.show()
    },
  }
}

export function textOf({ name, state, progress, error }: Run, { ended }: Words): { title: string; body: string } {
  const accuracy = progress.kept?.accuracy ?? progress.validation?.accuracy
  if (state === 'done')
    return { title: ended.done(name), body: accuracy === undefined ? '' : ended.accuracy(`${(100 * accuracy).toFixed(1)} %`) }
  return { title: state === 'failed' ? ended.failed(name) : ended.interrupted(name), body: error?.message ?? '' }
}
