// The Label view as a person uses it.
import type { Locator, Page } from '@playwright/test'
import { expect } from '../support/test.ts'

export class LabelPage {
  readonly page: Page
  readonly grid: Locator
  readonly cells: Locator
  readonly saved: Locator
  readonly classes: Locator
  /** What a screen reader is told. */
  readonly spoken: Locator

  constructor(page: Page) {
    this.page = page
    this.grid = page.getByRole('listbox', { name: 'Images to label' })
    this.cells = this.grid.getByRole('option')
    this.saved = page.getByTestId('saved')
    this.spoken = page.getByTestId('spoken')
    this.classes = page.getByRole('complementary', { name: 'Classes and suggestions' })
  }

  /** A cell by its place in the list, 0 = the first. */
  cell(place: number): Locator {
    return this.grid.locator(`[aria-posinset="${place + 1}"]`)
  }

  /** Presses keys one after the other. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key)
  }

  async createClasses(names: string): Promise<void> {
    await this.press('c')
    await this.page.keyboard.type(names)
    await this.press('Enter')
    for (const name of names.split(',')) await expect(this.classes).toContainText(name.trim())
    await this.press('Escape')
  }

  async allSaved(): Promise<void> {
    await expect(this.saved).toHaveText('All changes saved')
  }

  async chooseFilter(fill: (popover: Locator) => Promise<void>): Promise<void> {
    await this.page.getByRole('button', { name: 'Filter', exact: true }).click()
    const popover = this.page.getByRole('dialog', { name: 'Filter' })
    await fill(popover)
    await this.press('Escape')
    await expect(popover).toBeHidden()
  }

  async expectCount(text: string): Promise<void> {
    await expect(this.page.getByTestId('count')).toHaveText(text)
  }
}
