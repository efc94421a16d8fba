// The tour's card, as a person finds it.
import type { Locator, Page } from '@playwright/test'

export class TourCard {
  readonly page: Page
  readonly card: Locator
  readonly next: Locator

  constructor(page: Page) {
    this.page = page
    this.card = page.getByRole('region', { name: 'Tour', exact: true })
    this.next = this.button('Next')
  }

  button(name: string): Locator {
    return this.card.getByRole('button', { name, exact: true })
  }
}
