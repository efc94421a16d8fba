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
