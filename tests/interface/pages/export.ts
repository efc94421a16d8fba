// The view Export, as a person uses it.
import type { Locator, Page } from '@playwright/test'
import { show } from '../support/test.ts'
import type { StudioServer } from '../support/studio.ts'

export class ExportPage {
  readonly page: Page
  readonly start: Locator
  readonly parity: Locator

  constructor(page: Page) {
    this.page = page
    this.start = page.getByRole('button', { name: 'Export', exact: true })
    this.parity = page.getByTestId('parity')
  }

  async open(studio: StudioServer, project: string): Promise<void> {
    await show(this.page, studio, project, 'export')
  }

  /** Another folder to export to, by its path. */
  async target(path: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Change…' }).click()
    const dialog = this.page.getByRole('dialog')
    await dialog.getByLabel('Type a path').fill(path)
    await this.page.keyboard.press('Enter')
    await dialog.getByText(path, { exact: true }).waitFor()
    await dialog.getByRole('button', { name: 'Export here' }).click()
  }

  async language(name: 'Python' | 'JavaScript' | 'Command line'): Promise<void> {
    await this.page.getByRole('tab', { name }).click()
  }

  /** What the copy button of a piece of code gives. */
  async copied(title: string): Promise<string> {
    await this.page.getByRole('button', { name: `Copy: ${title}` }).click()
    return await this.page.evaluate<string>('navigator.clipboard.readText()')
  }
}
