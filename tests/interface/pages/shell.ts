// The window's own parts, as people find them: the list of shortcuts, the settings, the status line.
import type { Locator, Page } from '@playwright/test'

export class Shell {
  readonly page: Page
  readonly sheet: Locator
  readonly search: Locator
  readonly status: Locator
  readonly notices: Locator

  constructor(page: Page) {
    this.page = page
    this.sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    this.search = this.sheet.getByRole('textbox', { name: 'Search' })
    this.status = page.getByTestId('saved')
    this.notices = page.getByRole('region', { name: 'Notices' })
  }

  heading(name: string): Locator {
    return this.page.getByRole('heading', { level: 1, name, exact: true })
  }

  /** A line of the list of shortcuts. */
  shortcut(command: string): Locator {
    return this.sheet.getByRole('listitem').filter({ hasText: command })
  }

  async pressNewKeys(command: string, keys: string): Promise<void> {
    await this.sheet.getByRole('button', { name: `Change the keys: ${command}` }).click()
    await this.page.keyboard.press(keys)
  }

  choose(group: string, choice: string): Promise<void> {
    return this.page.getByRole('radiogroup', { name: group }).getByRole('radio', { name: choice }).click()
  }
}
