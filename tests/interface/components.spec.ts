// The base components: how they look in both themes and densities, and that they are usable by everybody.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './support/test.ts'
import type { StudioServer } from './support/studio.ts'

const looks = [
  { theme: 'light', density: 'comfortable' },
  { theme: 'dark', density: 'compact' },
] as const

async function open(page: Page, studio: StudioServer): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(`${studio.address}#/_components`)
  await expect(page.getByRole('heading', { level: 1, name: 'Components' })).toBeVisible()
  await page.evaluate('document.fonts.ready.then(() => true)')
}

for (const look of looks)
  test(`components in ${look.theme}, ${look.density}`, async ({ page, studio }) => {
    await page.setViewportSize({ width: 1280, height: 1900 })
    await studio.api.system.updateSettings(look)
    await open(page, studio)
    await expect(page.locator(`html[data-theme=${look.theme}][data-density=${look.density}]`)).toBeAttached()
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    test.skip(process.platform !== 'linux', 'the pictures were taken on Linux: other systems draw letters and controls in their own way')
    await expect(page.getByRole('main')).toHaveScreenshot(`${look.theme}-${look.density}.png`, {
      animations: 'disabled',
      maxDiffPixelRatio: 0.01,
    })
  })

test('a dialog, a menu and a popover can be read by all and give the focus back', async ({ page, studio }) => {
  await open(page, studio)
  for (const [name, role] of [
    ['Dialog', 'dialog'],
    ['Question', 'dialog'],
    ['Menu', 'menu'],
    ['Popover', 'dialog'],
  ] as const) {
    const button = page.getByRole('button', { name, exact: true })
    await button.focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole(role)).toBeVisible()
    expect((await new AxeBuilder({ page }).disableRules(['region']).analyze()).violations, name).toEqual([])
    await page.keyboard.press('Escape')
    await expect(page.getByRole(role)).toBeHidden()
    await expect(button).toBeFocused()
  }
})

test('a question begins at its careful answer', async ({ page, studio }) => {
  await open(page, studio)
  await page.getByRole('button', { name: 'Question' }).click()
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Cancel' })).toBeFocused()
})

test('a notice is answered without closing the dialog', async ({ page, studio }) => {
  await open(page, studio)
  await page.getByRole('button', { name: 'Notice', exact: true }).click()
  await page.getByRole('button', { name: 'Dialog', exact: true }).click()
  const notices = page.getByRole('region', { name: 'Notices' })
  await notices.getByRole('button', { name: 'Undo' }).click()
  await expect(notices.getByText('It is done.')).toBeHidden()
  await expect(page.getByRole('dialog', { name: 'Dialog' })).toBeVisible()
})

test('rows of a table are chosen by keys', async ({ page, studio }) => {
  await open(page, studio)
  const row = (name: string) => page.getByRole('row', { name })
  await row('Morpho').focus()
  await page.keyboard.press('ArrowUp')
  await expect(row('Apollo')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(row('Apollo')).toHaveAttribute('aria-current', 'true')
})

test('a number that cannot be one stays to be mended, and says so', async ({ page, studio }) => {
  await open(page, studio)
  const field = page.getByLabel('Changed', { exact: true })
  await field.fill('-1')
  await expect(page.getByText('Enter 0 or more.')).toBeVisible()
  await expect(field).toHaveAttribute('aria-invalid', 'true')
})
