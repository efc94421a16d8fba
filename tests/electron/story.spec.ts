// The main story in the window: a folder of photos becomes a trained model, and closing while it trains asks.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { TrainPage } from '../interface/pages/train.ts'
import { expect, root, test } from './support/studio.ts'

test('from a folder to a trained model and an export', async ({ studio }) => {
  const page = await studio.launch()
  const photos = await studio.photos()

  await studio.choose(photos)
  await page.getByRole('button', { name: /^Open a folder of images/ }).click()
  await page.getByRole('dialog', { name: 'New project' }).getByRole('button', { name: 'Create the project' }).click()
  await expect(page.getByRole('contentinfo')).toContainText('54 images')
  expect(page.url()).toMatch(/^app:\/\/studio\//)

  // A picture comes by the window's own protocol.
  await page.keyboard.press('Alt+2')
  const picture = page.getByRole('listbox', { name: 'Images to label' }).getByRole('img').first()
  await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)

  await page.keyboard.press('Alt+3')
  await studio.choose(studio.backbone())
  await page.getByRole('button', { name: 'Add from a file…' }).click()
  const adding = page.getByRole('dialog').first()
  await adding.getByRole('textbox').first().fill(studio.at('home', 'tiny.onnx'))
  await page.keyboard.press('Enter')
  await expect(adding).toContainText('How its pixels were normalised')
  await adding.getByRole('button', { name: 'Add' }).click()
  const train = new TrainPage(page)
  await train.begin({ name: 'First try', steps: 40 })
  await expect(train.state).toHaveText('Done', { timeout: 120_000 })

  await page.keyboard.press('Alt+6')
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  await expect(page.getByText(/gives the same class in/)).toBeVisible({ timeout: 60_000 })
})

test('closing while a model trains: given up on, it trains on; paused, it ends in good order', async ({ studio }) => {
  const page = await studio.launch(await studio.photos())
  await page.getByRole('dialog', { name: 'New project' }).getByRole('button', { name: 'Create the project' }).click()
  await expect(page.getByRole('contentinfo')).toContainText('54 images')
  await page.keyboard.press('Alt+3')
  await page.getByRole('button', { name: 'Add from a file…' }).click()
  const adding = page.getByRole('dialog').first()
  await adding.getByRole('textbox').first().fill(studio.backbone())
  await page.keyboard.press('Enter')
  await adding.getByRole('button', { name: 'Add' }).click()
  const train = new TrainPage(page)
  await train.begin({ name: 'Long', steps: 100_000 })
  await train.reaches(2)

  await studio.press(3)
  await studio.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await train.reaches((await train.step()) + 2)
  await studio.press(1)
  const closed = studio.app.waitForEvent('close', { timeout: 60_000 })
  await studio.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await closed

  const again = await studio.launch()
  await again.getByText('photos').first().click()
  await again.keyboard.press('Alt+3')
  await expect(again.getByTestId('run-state')).toHaveText('Paused')
})

test('the page has no rights, goes nowhere, and a second start shows this window', async ({ studio }) => {
  const page = await studio.launch()
  const globals = await page.evaluate<string[]>(`['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis)`)
  expect(globals).toEqual([])
  expect(await page.evaluate<string[]>('Object.keys(window.studio).sort()')).toEqual(['call', 'pathOf', 'subscribe'])
  await page.evaluate(`location.href = 'https://example.org/'`)
  await page.evaluate(`void window.open('https://example.org/')`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  expect(page.url()).toMatch(/^app:\/\/studio\//)
  expect(studio.app.windows()).toHaveLength(1)

  const photos = await studio.photos()
  const program = await studio.app.evaluate(() => process.execPath)
  expect(existsSync(program)).toBe(true)
  spawnSync(program, [root, join(photos)], { env: studio.environment() })
  await expect(page.getByRole('dialog', { name: 'New project' })).toBeVisible()
  expect(studio.app.windows()).toHaveLength(1)
})
