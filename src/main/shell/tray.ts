// A way back to the window while training goes on without it. A Mac has its dock for that.
import { Menu, nativeImage, Tray } from 'electron'
import { trayIcon } from './tray-icon.ts'
import type { Training, TrainingListener } from './training.ts'
import type { Words } from './words/index.ts'

export interface TrayOptions {
  readonly words: () => Words
  readonly show: () => void
  readonly pauseAndQuit: () => void
}

export class BackgroundTray implements TrainingListener {
  readonly #options: TrayOptions
  #tray: Tray | null = null
  #running: Training | null = null

  constructor(options: TrayOptions) {
    this.#options = options
  }

  changed(running: Training | null): void {
    this.#running = running
    this.#tray?.setToolTip(this.#text())
  }

  appear(): void {
    if (this.#tray || process.platform === 'darwin') return
    const { words, show, pauseAndQuit } = this.#options
    const { menu } = words()
    this.#tray = new Tray(nativeImage.createFromDataURL(trayIcon))
    this.#tray.setToolTip(this.#text())
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: menu.show, click: show },
        { label: menu.pauseAndQuit, click: pauseAndQuit },
      ]),
    )
    this.#tray.on('click', show)
  }

  disappear(): void {
    this.#tray?.destroy()
    this.#tray = null
  }

  #text(): string {
    const { tray } = this.#options.words()
    return this.#running ? tray.training(this.#running.name, Math.round(100 * (this.#running.share ?? 0))) : tray.idle
  }
}
