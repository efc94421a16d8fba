// The built application in the real Electron, with a home folder of its own; the system's dialogs answer what a test tells them.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { _electron, test as base, expect } from '@playwright/test'
import type { ElectronApplication, Page } from '@playwright/test'
import { writePhotos } from '../../support/photos.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'

export { expect }

export const root = resolve(import.meta.dirname, '../../..')

/** Why no window can be opened here, or null. */
export function whyNot(): string | null {
  const named = join(root, 'node_modules/electron/path.txt')
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(root, 'node_modules/electron/dist')
  if (!existsSync(named) || !existsSync(join(dist, readFileSync(named, 'utf8'))))
    return 'Electron is not there: node node_modules/electron/install.js fetches it'
  if (!existsSync(join(root, 'out/main/index.js'))) return 'there is no build: npm run build makes it'
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'])
    return 'there is no display: xvfb-run gives one'
  return null
}

export class DesktopStudio {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'electron-')))
  #app: ElectronApplication | null = null

  at(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  get app(): ElectronApplication {
    if (!this.#app) throw new Error('launch comes first')
    return this.#app
  }

  async launch(...words: string[]): Promise<Page> {
    mkdirSync(this.at('home'), { recursive: true })
    this.#app = await _electron.launch({ args: [root, ...words], env: this.environment() })
    return this.#app.firstWindow()
  }

  environment(): Record<string, string> {
    const own = { HOME: this.at('home'), USERPROFILE: this.at('home'), SELF_TUNING_HOME: this.at('data') }
    return { ...(process.env as Record<string, string>), ...own }
  }

  /** The next dialogs for folders and files answer this. */
  async choose(path: string): Promise<void> {
    await this.app.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] })
    }, path)
  }

  /** The next questions are answered by the button of this number. */
  async press(button: number): Promise<void> {
    await this.app.evaluate(({ dialog }, response) => {
      dialog.showMessageBox = () => Promise.resolve({ response, checkboxChecked: false })
    }, button)
  }

  async end(): Promise<void> {
    await this.#app?.close().catch(() => undefined)
    rmSync(this.folder, { recursive: true, force: true })
  }

  async photos(): Promise<string> {
    const folder = this.at('home', 'photos')
    await writePhotos(folder, { classes: ['amber', 'beech', 'cedar'], images: { train: 10, validation: 4, test: 4 } })
    return folder
  }

  backbone(): string {
    const file = this.at('home', 'tiny.onnx')
    writeFileSync(file, tinyBackbone())
    return file
  }
}

export const test = base.extend<{ studio: DesktopStudio }>({
  studio: async ({}, use) => {
    const reason = whyNot()
    test.skip(reason !== null, reason ?? '')
    const studio = new DesktopStudio()
    await use(studio)
    await studio.end()
  },
})
