// How far training is, on the taskbar or the dock; and in the tray while there is no window.
import type { MainWindow } from './window.ts'
import type { TrainingListener } from './training.ts'

/** Electron: below 0 = none, above 1 = under way, who knows how far. */
const none = -1
const unknown = 2

export function showProgress(window: MainWindow): TrainingListener {
  return { changed: (running) => window.current?.setProgressBar(running ? (running.share ?? unknown) : none) }
}
