// The whole story without a pointer: every control is reached by Tab, arrows and the keys that the interface names.
import type { Locator, Page } from '@playwright/test'
import { writePhotos } from '../support/photos.ts'
import { LabelPage } from './pages/label.ts'
import { TrainPage } from './pages/train.ts'
import { expect, test } from './support/test.ts'

/** Presses Tab until the control has the focus. Further than this, nobody goes on. */
async function tabTo(page: Page, control: Locator, most = 60): Promise<void> {
  await expect(control).toBeVisible()
  for (let i = 0; i < most; i++) {
    if ((await control.and(page.locator(':focus')).count()) > 0) return
    await page.keyboard.press('Tab')
  }
  await expect(control, `not reached with ${most} presses of Tab`).toBeFocused({ timeout: 1 })
}
async function press(page: Page, control: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, control)
  await page.keyboard.press(key)
}

test('from a folder to an exported model by keys alone', async ({ page, studio, backbone }) => {
  test.setTimeout(240_000)
  const folder = studio.at('home', 'stripes')
  await writePhotos(folder, { classes: ['amber', 'beech', 'cedar'], images: 14 })
  const button = (name: string | RegExp): Locator => page.getByRole('button', { name, ...(typeof name === 'string' && { exact: true }) })
  const dialog = page.getByRole('dialog').last()

  await press(page, button(/^Open a folder of images/))
  await tabTo(page, dialog.getByLabel('Type a path'))
  await page.keyboard.type(folder)
  await page.keyboard.press('Enter')
  await expect(dialog.getByText(folder, { exact: true })).toBeVisible()
  await press(page, dialog.getByRole('button', { name: 'Use this folder' }))
  await press(page, page.getByRole('dialog', { name: 'New project' }).getByRole('switch', { name: 'Folder names are labels' }), 'Space')
  await press(page, page.getByRole('dialog', { name: 'New project' }).getByRole('button', { name: 'Create the project' }))
  await expect(page.getByRole('contentinfo')).toContainText('42 images · 0 labelled')

  await page.keyboard.press('Alt+2')
  const label = new LabelPage(page)
  await label.expectCount('42 images')
  await label.createClasses('amber, beech, cedar')
  await label.press('ArrowRight')
  for (const key of ['1', '2', '3']) {
    for (let i = 0; i < 8; i++) await label.press(key)
    if (key !== '3') for (let i = 0; i < 6; i++) await label.press('ArrowRight')
  }
  await label.allSaved()
  await expect(page.getByTestId('goal')).toContainText('3 of 3 classes have 8 labels')
  await expect(label.cell(14)).toContainText('beech')
  await label.press('z')
  await expect(page.getByRole('contentinfo')).toContainText('23 labelled')
  await label.press('y')
  await expect(page.getByRole('contentinfo')).toContainText('24 labelled')

  await page.keyboard.press('Alt+1')
  await expect(page.getByRole('heading', { level: 1, name: 'Images' })).toBeFocused()
  await tabTo(page, page.getByRole('tab', { name: 'Overview' }))
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('tab', { name: 'Splits' })).toHaveAttribute('aria-selected', 'true')
  await press(page, button('Draw'))
  await expect(page.getByText('Splits drawn, class by class.')).toBeVisible()

  await page.keyboard.press('Alt+3')
  await expect(page.getByRole('heading', { level: 1, name: 'Train' })).toBeFocused()
  await press(page, button('Add from a file…'))
  await tabTo(page, dialog.getByRole('textbox').first())
  await page.keyboard.type(backbone)
  await page.keyboard.press('Enter')
  await press(page, dialog.getByRole('button', { name: 'Add', exact: true }))
  await expect(dialog).toBeHidden()
  const train = new TrainPage(page)
  for (const [name, text] of [
    ['Steps', '40'],
    ['Images a step', '4'],
    ['Name of the run', 'By keys'],
  ] as const) {
    await tabTo(page, train.field(name))
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type(text)
  }
  await expect(train.start).toBeEnabled()
  await page.keyboard.press('ControlOrMeta+Enter')
  await expect(train.state).toHaveText('Done', { timeout: 120_000 })

  await page.keyboard.press('Alt+4')
  await expect(page.getByRole('heading', { level: 1, name: 'Results' })).toBeFocused()
  const matrix = page.getByRole('region', { name: 'Confusion matrix' })
  await expect(matrix).toBeVisible()
  await tabTo(page, page.getByRole('tab', { name: 'Confusion' }))
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('columnheader', { name: /^Precision/ })).toBeVisible()

  await page.keyboard.press('Alt+5')
  await press(page, button(/^All 1[0-9] unlabelled images/))
  await expect(page.getByTestId('predicted')).toContainText(/1\d images/)

  await page.keyboard.press('Alt+6')
  await press(page, button('Export'))
  await expect(page.getByText(/gives the same class in/)).toBeVisible({ timeout: 60_000 })
})
