// The large preview of the Label view: keys, zoom, labels, and images alike.
import { LabelPage } from './pages/label.ts'
import { expect, show, test } from './support/test.ts'

test('the large preview zooms, goes on, and labels', async ({ page, studio, photos }) => {
  const { id } = await studio.project(photos)
  await show(page, studio, id, 'label')
  const label = new LabelPage(page)
  await label.expectCount('54 images')
  await label.press('ArrowRight', 'Space')
  const preview = page.getByRole('dialog')
  await expect(preview.getByRole('heading', { level: 2 })).toHaveText('000.jpg')
  await label.press('+')
  await expect(preview.getByTestId('stage')).not.toHaveAttribute('data-scale', '1.00')
  await label.press('f')
  await expect(preview.getByTestId('stage')).toHaveAttribute('data-scale', '1.00')
  await label.press('ArrowRight')
  await expect(preview).toContainText('2 of 54')
  await label.press('3')
  await expect(preview).toContainText('3 of 54')
  await label.press('z')
  await label.press('Enter')
  await expect(page.getByText('There is no suggestion for an unlabelled image here.')).toBeVisible()
  await label.press('Space')
  await expect(preview).toBeHidden()
  await expect(label.cell(1)).toContainText('amber')
  await label.press('Space', 'y', 'Escape')
  await expect(preview).toBeHidden()
  await expect(label.cell(1)).toContainText('cedar')
  // Further away than the neighbours in the preview: the grid has kept what it shows.
  await label.cell(12).click()
  await label.press('2')
  await label.allSaved()
  await expect(label.cell(12)).toContainText('beech')
})

test('images alike are looked for where an arrow key rests in the preview, not for each image on its way', async ({
  page,
  studio,
  photos,
}) => {
  const { id } = await studio.project(photos)
  await show(page, studio, id, 'label')
  const label = new LabelPage(page)
  await label.expectCount('54 images')
  const asked: unknown[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/api/images/similar')) asked.push((request.postDataJSON() as { image: number }).image)
  })
  const { images } = await studio.api.images.ids({ project: id })
  await label.press('ArrowRight', 'Space')
  await expect.poll(() => asked).toEqual([images[0]])
  await page.evaluate(async () => {
    for (let i = 0; i < 6; i++) {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', code: 'ArrowRight', bubbles: true }))
      await new Promise((go) => setTimeout(go, 30))
    }
  })
  await expect(page.getByRole('dialog')).toContainText('7 of 54')
  await expect.poll(() => asked).toEqual([images[0], images[6]])
})

test('an image alike that the filter leaves out stays in the preview; an arrow key leads back to where one was', async ({
  page,
  studio,
  photos,
  backbone,
}) => {
  const { id } = await studio.project(photos)
  await studio.api.backbones.add({ file: backbone, normalize: 'unit' })
  await studio.done(studio.api.suggestions.compute({ project: id }))
  await show(page, studio, id, 'label')
  await page.goto(`${studio.address}#/projects/${id}/label?text=validation/amber`)
  const label = new LabelPage(page)
  await label.expectCount('4 images')
  await label.press('ArrowRight', 'ArrowRight', 'Space')
  const preview = page.getByRole('dialog')
  await expect(preview).toContainText('2 of 4')
  const name = preview.getByRole('heading', { level: 2 })
  await expect(name).toHaveText('001.jpg')
  const alike = preview.getByRole('button', { name: /^train/ }).first()
  const path = await alike.getAttribute('title')
  const other = /[^/]+\.jpg/.exec(path ?? '')?.[0] ?? 'none'
  await alike.click()
  await expect(preview).not.toContainText('of 4')
  // A list made anew.
  const listed = page.waitForResponse('**/api/images/ids')
  await studio.done(studio.api.suggestions.compute({ project: id }))
  await listed
  await expect(preview.getByTestId('stage').getByRole('img', { name: other })).toBeVisible()
  await label.press('ArrowRight')
  await expect(preview).toContainText('2 of 4')
  await expect(name).toHaveText('001.jpg')
  await alike.click()
  await expect(preview).not.toContainText('of 4')
  await label.press('Escape')
  await expect(label.cell(1)).toHaveAttribute('aria-selected', 'true')
})

test('a picture that is not there yet is not the one before it', async ({ page, studio, photos }) => {
  const { id } = await studio.project(photos)
  const [, second] = (await studio.api.images.ids({ project: id })).images
  await page.route(new RegExp(`/images/${id}/${second}\\?size=2048`), () => undefined)
  await show(page, studio, id, 'label')
  const label = new LabelPage(page)
  await label.expectCount('54 images')
  await label.press('ArrowRight', 'Space')
  const stage = page.getByTestId('stage')
  await expect.poll(() => stage.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0)
  const picture = await stage.screenshot()
  await label.press('ArrowRight')
  await expect(page.getByRole('dialog')).toContainText('2 of 54')
  expect(picture.equals(await stage.screenshot())).toBe(false)
})
