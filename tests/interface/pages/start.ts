// Start as a person uses it, and the picker of folders.
import type { Locator, Page } from '@playwright/test'
import { expect } from '../support/test.ts'

export class StartPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** Goes down by names in the open picker, and takes the last one. */
  async pick(names: readonly string[], action: string): Promise<void> {
    const picker = this.page.getByRole('dialog')
    await picker.getByRole('button', { name: 'All places' }).click()
    await picker.getByRole('option').first().click()
    for (const name of names) {
      await picker.getByRole('combobox').fill(name)
      await picker.getByRole('option', { name }).first().click()
    }
    const button = picker.getByRole('button', { name: action })
    await expect(button).toBeEnabled()
    await button.click()
  }

  async openFolder(...names: string[]): Promise<Locator> {
    await this.page.getByRole('button', { name: /^Open a folder of images/ }).click()
    await this.pick(names, 'Use this folder')
    const dialog = this.page.getByRole('dialog', { name: 'New project' })
    await expect(dialog).toBeVisible()
    return dialog
  }
}
