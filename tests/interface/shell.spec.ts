// The window itself: ways to the views, the connection, undo everywhere.
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Shell } from './pages/shell.ts'
import { expect, show, test } from './support/test.ts'

test('a project stays open through a restart of the server, at the same address', async ({ page, studio, photos, expected }) => {
  expected.push(/WebSocket|Failed to load resource|ERR_CONNECTION/)
  const { id } = await studio.project(photos)
  await show(page, studio, id, 'images')
  await expect(page.getByRole('contentinfo')).toContainText('54 images')
  await studio.stop('SIGKILL')
  await expect(page.getByTestId('saved')).toContainText('Connection lost')
  await studio.start()
  await expect(page.getByTestId('saved')).toContainText('All changes saved')
  await expect(page.getByRole('contentinfo')).toContainText('54 images')
})

test('what a lost connection kept from being saved is said once, and works again', async ({ page, studio, expected }) => {
  expected.push(/WebSocket|Failed to load resource|ERR_CONNECTION/)
  const shell = new Shell(page)
  await page.goto(`${studio.address}#/settings`)
  await expect(shell.heading('Settings')).toBeVisible()
  await studio.stop('SIGKILL')
  await expect(shell.status).toContainText('Connection lost')
  await shell.choose('Density', 'Compact')
  await shell.choose('Density', 'Compact')
  await expect(shell.notices.getByText('That was not saved')).toHaveCount(1)
  await expect(page.locator('html')).toHaveAttribute('data-density', 'comfortable')
  await studio.start()
  await expect(shell.status).toContainText('All changes saved')
  await shell.choose('Density', 'Compact')
  await expect.poll(async () => (await studio.api.system.settings({})).density).toBe('compact')
})

test('keys go to views, and the focus to their headings', async ({ page, studio, photos }) => {
  const shell = new Shell(page)
  const { id } = await studio.project(photos)
  await show(page, studio, id, 'images')
  await page.keyboard.press('Alt+2')
  await expect(page).toHaveURL(/label/)
  await expect(shell.heading('Label')).toBeFocused()
  await page.keyboard.press('Control+,')
  await expect(shell.heading('Settings')).toBeFocused()
  await page.keyboard.press('Alt+0')
  await expect(page.getByRole('main').getByRole('heading', { level: 1 })).toBeFocused()
})

test('keys of commands are found, changed, swapped, refused and brought back', async ({ page, studio }) => {
  const shell = new Shell(page)
  await page.keyboard.press('?')
  await expect(shell.search).toBeFocused()
  await page.keyboard.type('most useful')
  await expect(shell.sheet.getByRole('listitem')).toHaveCount(1)
  await shell.search.fill('')

  await shell.pressNewKeys('Next most useful image', 'u')
  await expect(shell.sheet.getByRole('alert')).toContainText('“Next unlabelled image”, which would then have N')
  await shell.sheet.getByRole('button', { name: 'Use them here' }).click()
  await expect(shell.shortcut('Next unlabelled image')).toContainText('N')
  await expect.poll(async () => (await studio.api.system.settings({})).shortcuts).toEqual({ nextUseful: 'U', nextUnlabelled: 'N' })

  // Who goes elsewhere means no keys any more.
  await shell.sheet.getByRole('button', { name: 'Change the keys: Settings' }).click()
  await shell.search.click()
  await page.keyboard.type('b')
  await expect(shell.search).toHaveValue('b')
  await shell.search.fill('')

  await shell.pressNewKeys('Settings', '5')
  await expect(shell.sheet.getByRole('alert')).toContainText('5 assigns a class')
  await page.keyboard.press('Alt+s')
  await expect(shell.shortcut('Settings')).toContainText('Alt')
  await shell.sheet.getByRole('button', { name: 'Close' }).last().click()
  await page.keyboard.press('Alt+s')
  await expect(shell.heading('Settings')).toBeFocused()

  await page.getByRole('button', { name: 'Show shortcuts' }).click()
  await shell.sheet.getByRole('button', { name: 'Reset all' }).click()
  await expect.poll(async () => (await studio.api.system.settings({})).shortcuts).toEqual({})
})

test('the language changes at once, for the page too', async ({ page, studio }) => {
  const shell = new Shell(page)
  await page.goto(`${studio.address}#/settings`)
  await shell.choose('Language', '简体中文')
  await expect(shell.heading('设置')).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await page.reload()
  await expect(shell.heading('设置')).toBeVisible()
})

test('devices are tried, and a network is removed after a question', async ({ page, studio, backbone }) => {
  const shell = new Shell(page)
  await studio.api.backbones.add({ file: backbone, name: 'tiny', normalize: 'unit' })
  await page.goto(`${studio.address}#/settings`)
  await page.getByRole('button', { name: 'Try devices' }).click()
  await expect(page.getByText(/images\/s/).first()).toBeVisible()
  await page.getByRole('button', { name: 'Remove tiny' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByText('There is no network yet.')).toBeVisible()
  await expect(shell.notices).toContainText('tiny has been removed')
})

test('TensorFlow is brought after a look at what it is: size, licence, and why a variant is not for this machine', async ({
  page,
  studio,
}) => {
  await page.goto(`${studio.address}#/settings`)
  await page.getByRole('button', { name: 'Set up TensorFlow' }).click()
  const dialog = page.getByRole('dialog')
  const { sources } = await studio.api.tensorflow.status({})
  for (const { licence, obstacle } of sources) await expect(dialog.getByText(obstacle ?? `licence: ${licence}`).first()).toBeVisible()
  const isForThis = sources.some(({ obstacle }) => obstacle === null)
  await expect(dialog.getByRole('button', { name: 'Agree to the licence and download' })).toBeEnabled({ enabled: isForThis })
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(dialog).toBeHidden()
})

test('stored features of images are told in size, and deleted', async ({ page, studio }) => {
  const key = studio.at('features/0123456789abcdef01234567')
  await mkdir(key, { recursive: true })
  await writeFile(join(key, 'a.features'), new Uint8Array(2500))
  await page.goto(`${studio.address}#/settings`)
  await expect(page.getByText('2.5 kB')).toBeVisible()
  await page.getByRole('button', { name: 'Delete stored features' }).click()
  await expect(new Shell(page).notices).toContainText('2.5 kB are free again')
  await expect(page.getByRole('button', { name: 'Delete stored features' })).toBeDisabled()
  expect(await readdir(key)).toEqual([])
})
