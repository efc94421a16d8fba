// Where the window was and how large: the same after a restart, as long as a screen is there to show it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { writeJson } from '../../node/files.ts'
import type { Log } from '../services/context.ts'

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** `bounds`: of the window when it fills no screen; absent = in the middle of the main screen. */
export interface WindowState {
  readonly bounds?: Rectangle | undefined
  readonly width: number
  readonly height: number
  readonly isMaximized: boolean
  readonly isFullScreen: boolean
}

const schema = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(1),
  height: z.int().min(1),
  isMaximized: z.boolean(),
  isFullScreen: z.boolean(),
})
type Stored = z.infer<typeof schema>

const usual = { width: 1280, height: 820 }
export const smallest = { width: 720, height: 480 }
/** Pixels of the window's top that have to be on a screen, so that it can be moved. */
const grip = { width: 100, height: 30 }
/** Milliseconds after the last change. */
const patience = 500

/** @param screens where windows can be seen, e.g. their work areas */
export function stateFor(stored: Stored | null, screens: readonly Rectangle[]): WindowState {
  if (!stored) return { ...usual, isMaximized: false, isFullScreen: false }
  const { x, y, isMaximized, isFullScreen } = stored
  const width = Math.max(smallest.width, stored.width)
  const height = Math.max(smallest.height, stored.height)
  const shared = (from: number, size: number, start: number, length: number): number =>
    Math.min(from + size, start + length) - Math.max(from, start)
  const isSeen = screens.some(
    (screen) =>
      shared(x, width, screen.x, screen.width) >= grip.width &&
      y >= screen.y &&
      shared(y, grip.height, screen.y, screen.height) >= grip.height,
  )
  return { ...(isSeen && { bounds: { x, y, width, height } }), width, height, isMaximized, isFullScreen }
}

/** What is used of Electron's `BrowserWindow`. */
export interface StatefulWindow {
  getNormalBounds(): Rectangle
  isMaximized(): boolean
  isFullScreen(): boolean
  isDestroyed(): boolean
  on(event: never, listener: () => void): unknown
}

export class WindowStates {
  readonly #file: string
  readonly #log: Pick<Log, 'warn'>

  /** @param folder the application's data */
  constructor(folder: string, log: Pick<Log, 'warn'>) {
    this.#file = join(folder, 'window.json')
    this.#log = log
  }

  /** At once: the window is to open soon. */
  read(screens: readonly Rectangle[]): WindowState {
    try {
      return stateFor(schema.parse(JSON.parse(readFileSync(this.#file, 'utf8'))), screens)
    } catch {
      // The first start, or a file that was tampered with: the next change writes it anew.
      return stateFor(null, screens)
    }
  }

  /** Writes the state down whenever it has changed. */
  follow(window: StatefulWindow): void {
    let timer: NodeJS.Timeout | undefined
    const write = (): void => {
      clearTimeout(timer)
      if (window.isDestroyed()) return
      const state: Stored = { ...window.getNormalBounds(), isMaximized: window.isMaximized(), isFullScreen: window.isFullScreen() }
      void writeJson(this.#file, state).catch((error: unknown) => this.#log.warn(`${this.#file}: ${String(error)}`))
    }
    const later = (): void => {
      clearTimeout(timer)
      timer = setTimeout(write, patience).unref()
    }
    for (const event of ['resize', 'move', 'maximize', 'unmaximize', 'enter-full-screen', 'leave-full-screen'])
      window.on(event as never, later)
    window.on('close' as never, write)
  }
}
