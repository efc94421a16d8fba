// Predict: files, folders, what cannot be read, what to look at, the CSV, and back into the project.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { writePhotos } from '../support/photos.ts'
import { PredictPage } from './pages/predict.ts'
import type { StudioServer } from './support/studio.ts'
import { classes, expect, test } from './support/test.ts'
import { trainedProject } from './support/trained.ts'

/** Photos that the project does not have, and two files that are none. */
async function others(studio: StudioServer): Promise<string> {
  const folder = studio.at('home', 'others')
  await writePhotos(folder, { classes, images: 8, seed: 7 })
  writeFileSync(join(folder, 'broken.jpg'), 'no image')
  mkdirSync(join(folder, 'more'))
  writeFileSync(join(folder, 'more', 'cut.jpg'), readFileSync(join(folder, 'amber', '000.jpg')).subarray(0, 200))
  return folder
}

test('without a model the way to one is shown', async ({ page, studio, photos }) => {
  const { id } = await studio.project(photos)
  const predict = new PredictPage(page)
  await predict.open(studio, id)
  await expect(page.getByRole('heading', { name: 'No model yet' })).toBeVisible()
  await page.getByRole('link', { name: 'Go to Train' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Train' })).toBeVisible()
})

test('a folder with broken files: results, threshold, classes, CSV, add to project, reload', async ({ page, studio, photos, backbone }) => {
  const { project } = await trainedProject(studio, photos, backbone)
  const folder = await others(studio)
  const predict = new PredictPage(page)
  await predict.open(studio, project.id)
  await page.getByRole('switch', { name: 'Write a CSV file too' }).click()
  const asked = page.waitForRequest((request) => request.url().endsWith('/api/predictions/predict'))
  await predict.folder(folder)
  // The table has all classes, not only those that are shown.
  expect((await asked).postDataJSON()).toMatchObject({ top: 100 })
  await expect(predict.summary).toContainText('24 images · 2 files could not be read')
  await expect(predict.shown('All')).toContainText('26')

  await predict.list.focus()
  await page.keyboard.press('End')
  await page.keyboard.press('ArrowLeft')
  await expect(page).toHaveURL(/index=24/)
  await expect(predict.selected.getByRole('listitem').first()).toContainText('%')
  await expect(predict.selected.getByRole('region', { name: 'Labelled images most like it' }).getByRole('img')).toHaveCount(6)

  await predict.order.selectOption('Least sure first')
  await expect(page).toHaveURL(/order=uncertain/)
  const task = new URL(page.url()).hash.match(/task=([\w-]+)/)?.[1] ?? ''
  const ordered = await studio.api.predictions.list({ project: project.id, task, order: 'uncertain' })
  await expect(predict.list.getByRole('option').first()).toContainText(basename(ordered.predictions[0]?.file ?? 'none'))
  await expect(predict.selected).toContainText(ordered.predictions[0]?.file ?? 'none')

  await predict.shown('Problems').click()
  await expect(predict.list.getByRole('option')).toHaveCount(2)
  await expect(predict.selected).toContainText('expected')
  await expect(predict.selected).toContainText('broken.jpg')

  const sure = async (): Promise<number> => Number(/\d+/.exec((await predict.shown('Sure').textContent()) ?? '')?.[0])
  await predict.threshold.focus()
  await page.keyboard.press('Home')
  await expect(predict.shown('Sure')).toContainText('24')
  await page.keyboard.press('End')
  const { predictions } = await studio.api.predictions.list({ project: project.id, task, problem: false })
  const expected = predictions.filter(({ classes: [first] }) => (first?.probability ?? 0) >= 0.99).length
  await expect.poll(sure).toBe(expected)
  await predict.shown('Look at these').click()
  await expect(predict.shown('Look at these')).toContainText(String(24 - expected))

  const download = page.waitForEvent('download')
  await predict.button('Download CSV').click()
  const saved = readFileSync(await (await download).path(), 'utf8')
  const written = await page.getByText('Written to').locator('code').textContent()
  expect(saved.replace('\ufeff', '')).toBe(readFileSync(written ?? '', 'utf8'))

  await page.reload()
  await expect(predict.shown('Look at these')).toHaveAttribute('aria-pressed', 'true')
  await predict.button('Add to project…').click()
  await expect(page.getByRole('dialog')).toContainText('The files stay where they are')
  await predict.button('Add them').click()
  // Those that cannot be read too: they are listed with their reasons in Images.
  await expect(page.getByText('26 images added to the project')).toBeVisible()
  await expect(page.getByRole('contentinfo')).toContainText('80 images')
  expect((await studio.api.projects.get({ project: project.id })).labelled).toBe(project.labelled)
})

test('dropped and chosen files are handed over and predicted; what is no image is refused', async ({ page, studio, photos, backbone }) => {
  const { project } = await trainedProject(studio, photos, backbone)
  const folder = await others(studio)
  const predict = new PredictPage(page)
  await predict.open(studio, project.id)
  const text = studio.at('home', 'notes.txt')
  writeFileSync(text, 'words')
  await predict.drop([text])
  await expect(page.getByText('found one other file')).toBeVisible()

  const goOn = Promise.withResolvers<undefined>()
  await page.route('**/uploads/**', (route) => goOn.promise.then(() => route.continue()))
  await predict.drop([join(folder, 'amber', '001.jpg'), join(folder, 'beech', '002.jpg'), join(folder, 'broken.jpg'), text])
  await expect(page.getByText('0 of 3 files copied')).toBeVisible()
  const question = page.getByRole('dialog', { name: 'Stop copying the images?' })
  await page.getByRole('link', { name: 'Label' }).click()
  await question.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('link', { name: 'Label' }).click()
  await expect(question).toBeVisible()
  // Once they are all there, there is nothing left to ask.
  goOn.resolve(undefined)
  await expect(predict.summary).toContainText('2 images · 1 file could not be read')
  await expect(predict.list.getByRole('img').first()).toHaveJSProperty('complete', true)

  await predict.button('Predict others').click()
  await expect(page.getByRole('button', { name: '3 images' })).toBeVisible()
  await predict.files([join(folder, 'cedar', '003.jpg')])
  await expect(predict.summary).toContainText('1 image')
  await expect(predict.selected).toContainText('003.jpg')

  // Whoever has gone elsewhere before it begins stays there.
  await predict.button('Predict others').click()
  const begin = Promise.withResolvers<undefined>()
  await page.route('**/api/predictions/predict', (route) => begin.promise.then(() => route.continue()))
  await predict.folder(join(folder, 'cedar'))
  await page.getByRole('link', { name: 'Label' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Label' })).toBeFocused()
  begin.resolve(undefined)
  const done = async (): Promise<number> =>
    (await studio.api.tasks.list({})).tasks.filter(({ kind, state }) => kind === 'predict' && state === 'done').length
  await expect.poll(done).toBe(3)
  await expect(page).not.toHaveURL(/task=/)
})

for (const theme of ['light', 'dark'] as const)
  test(`nothing stands in anybody's way (${theme})`, async ({ page, studio, photos, backbone }) => {
    await page.emulateMedia({ colorScheme: theme })
    const { project } = await trainedProject(studio, photos, backbone)
    const folder = await others(studio)
    const predict = new PredictPage(page)
    await predict.open(studio, project.id)
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    await predict.folder(folder)
    await expect(predict.selected.getByRole('region').getByRole('img')).toHaveCount(6)
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    for (const size of [
      { width: 1024, height: 700 },
      { width: 640, height: 400 },
    ]) {
      await page.setViewportSize(size)
      // As wide as the window: nothing scrolls sideways.
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    }
  })
