// The view Train, as a person uses it.
import type { Locator, Page } from '@playwright/test'
import { expect, show } from '../support/test.ts'
import type { StudioServer } from '../support/studio.ts'

export class TrainPage {
  readonly page: Page
  readonly start: Locator
  /** State of the run that is shown. */
  readonly state: Locator

  constructor(page: Page) {
    this.page = page
    this.start = page.getByRole('button', { name: 'Start training' })
    this.state = page.getByTestId('run-state')
  }

  async open(studio: StudioServer, project: string): Promise<void> {
    await show(this.page, studio, project, 'train')
  }

  field(name: string): Locator {
    return this.page.getByRole('textbox', { name, exact: true })
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }

  /** A run of so many steps, from the form. */
  async begin({ name, steps, batch = 4 }: { name: string; steps: number; batch?: number }): Promise<void> {
    await this.field('Steps').fill(String(steps))
    await this.field('Images a step').fill(String(batch))
    await this.field('Name of the run').fill(name)
    await expect(this.start).toBeEnabled()
    await this.page.keyboard.press('ControlOrMeta+Enter')
    await expect(this.page.getByRole('heading', { name, exact: true })).toBeVisible()
  }

  tile(label: string): Locator {
    return this.page.locator('.stat', { has: this.page.getByText(label, { exact: true }) }).locator('strong')
  }

  /** Steps done. */
  async step(): Promise<number> {
    const text = await this.tile('Step').textContent()
    return Number(/^([\d,]+) \//.exec(text ?? '')?.[1]?.replaceAll(',', '') ?? 0)
  }

  async reaches(step: number): Promise<void> {
    await expect.poll(() => this.step()).toBeGreaterThanOrEqual(step)
  }

  /** Latest value of a chart's line, as those hear it who do not see the chart. */
  latest(chart: string, line: string): Locator {
    return this.page.getByRole('table', { name: chart }).getByRole('row', { name: line }).getByRole('cell').first()
  }

  /** Runs in their order. */
  queue(): Locator {
    return this.page.locator('section', { has: this.page.getByRole('heading', { name: 'Runs' }) }).getByRole('listitem')
  }
}
