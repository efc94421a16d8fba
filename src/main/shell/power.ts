// The machine does not fall asleep while a model trains; the screen may.
import { powerSaveBlocker } from 'electron'
import type { TrainingListener } from './training.ts'

export function stayAwake(): TrainingListener {
  let blocker: number | null = null
  return {
    changed: (running) => {
      if (running) blocker ??= powerSaveBlocker.start('prevent-app-suspension')
      else if (blocker !== null) {
        powerSaveBlocker.stop(blocker)
        blocker = null
      }
    },
  }
}
