// The view Predict, as a person uses it.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { show } from '../support/test.ts'
import type { StudioServer } from '../support/studio.ts'

export class PredictPage {
  readonly page: Page
  /** What has come so far, in words. */
  readonly summary: Locator
  readonly list: Locator
  readonly selected: Locator
  readonly threshold: Locator
  readonly order: Locator

  constructor(page: Page) {
    this.page = page
    this.summary = page.getByTestId('predicted')
    this.list = page.getByRole('listbox', { name: 'Predictions' })
    this.selected = page.getByRole('complementary', { name: 'Selected image' })
    this.threshold = page.getByRole('slider', { name: 'Sure from' })
    this.order = page.getByRole('combobox', { name: 'Order' })
  }

  async open(studio: StudioServer, project: string): Promise<void> {
    await show(this.page, studio, project, 'predict')
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }

  /** Of the filter: its count stands in it. */
  shown(kind: 'All' | 'Sure' | 'Look at these' | 'Problems'): Locator {
    return this.page.getByRole('group', { name: 'Shown' }).getByRole('button', { name: kind })
  }

  ofClass(name: string): Locator {
    return this.page.getByRole('group', { name: 'Classes' }).getByRole('button', { name })
  }

  /** Chooses a folder by its path, as typed. */
  async folder(path: string): Promise<void> {
    await this.button('Choose a folder…').click()
    const dialog = this.page.getByRole('dialog')
    await dialog.getByLabel('Type a path').fill(path)
    await this.page.keyboard.press('Enter')
    const choose = dialog.getByRole('button', { name: 'Predict this folder' })
    await dialog.getByText(path, { exact: true }).waitFor()
    await choose.click()
  }

  async files(paths: readonly string[]): Promise<void> {
    const chooser = this.page.waitForEvent('filechooser')
    await this.button('Choose files…').click()
    await (await chooser).setFiles([...paths])
  }

  /** Lets files go over the view, as the browser would hand them over. */
  async drop(paths: readonly string[]): Promise<void> {
    const files = paths.map((path) => ({ name: basename(path), bytes: [...readFileSync(path)] }))
    const transfer = await this.page.evaluateHandle(`(() => {
      const made = new DataTransfer()
      for (const { name, bytes } of ${JSON.stringify(files)}) made.items.add(new File([new Uint8Array(bytes)], name))
      return made
    })()`)
    const target = this.page.getByRole('heading', { level: 1 })
    for (const type of ['dragenter', 'dragover', 'drop']) await target.dispatchEvent(type, { dataTransfer: transfer })
  }
}
