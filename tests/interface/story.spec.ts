// The whole story, by keys where a person would use them: a folder of photos becomes a model in a file, and the file runs.
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'
import { writePhotos } from '../support/photos.ts'
import { LabelPage } from './pages/label.ts'
import { StartPage } from './pages/start.ts'
import { TrainPage } from './pages/train.ts'
import { expect, test } from './support/test.ts'

test('from a folder of photos to a model that runs elsewhere', async ({ page, studio, backbone }) => {
  test.setTimeout(240_000)
  const folder = studio.at('home', 'stripes')
  await writePhotos(folder, { classes: ['amber', 'beech', 'cedar'], images: 14 })

  // A folder, without its labels.
  const dialog = await new StartPage(page).openFolder('stripes')
  await dialog.getByRole('switch', { name: 'Folder names are labels' }).click()
  await dialog.getByRole('button', { name: 'Create the project' }).click()
  await expect(page.getByRole('contentinfo')).toContainText('42 images · 0 labelled')

  // Labels, by keys: eight of each, which lie one after the other by name.
  await page.keyboard.press('Alt+2')
  const label = new LabelPage(page)
  await label.expectCount('42 images')
  await label.createClasses('amber, beech, cedar')
  for (const [index] of ['amber', 'beech', 'cedar'].entries()) {
    await label.cell(index * 14).click()
    for (let i = 0; i < 8; i++) await label.press(String(index + 1))
  }
  await label.allSaved()
  await expect(page.getByRole('contentinfo')).toContainText('42 images · 24 labelled')
  await expect(page.getByTestId('goal')).toContainText('3 of 3 classes have 8 labels')

  // Some set aside.
  await page.keyboard.press('Alt+1')
  await page.getByRole('tab', { name: 'Splits' }).click()
  await page.getByRole('button', { name: 'Draw' }).click()
  await expect(page.getByText('Splits drawn, class by class.')).toBeVisible()

  // A network, a share of the labels, a short run.
  await page.keyboard.press('Alt+3')
  await page.getByRole('button', { name: 'Add from a file…' }).click()
  const adding = page.getByRole('dialog').first()
  await adding.getByRole('textbox').first().fill(backbone)
  await page.keyboard.press('Enter')
  await expect(adding).toContainText('How its pixels were normalised')
  await adding.getByRole('button', { name: 'Add' }).click()
  const train = new TrainPage(page)
  await train.begin({ name: 'First try', steps: 60 })
  await expect(train.state).toHaveText('Done', { timeout: 120_000 })
  await page.reload()
  await expect(train.state).toHaveText('Done')

  // What it gets wrong.
  await page.keyboard.press('Alt+4')
  await expect(page.getByRole('region', { name: 'Confusion matrix' })).toBeVisible()

  // Away with it.
  await page.keyboard.press('Alt+6')
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  await expect(page.getByText(/gives the same class in/)).toBeVisible({ timeout: 60_000 })
  const { exports } = await studio.api.exports.list({ project: (await studio.api.projects.list({})).projects[0]?.id ?? '' })
  const [exported] = exports
  if (!exported) throw new Error('expected an export')

  // It runs elsewhere, on photos as they are.
  const session = await InferenceSession.create(join(exported.folder, 'model.onnx'))
  const { data, info } = await sharp(join(folder, 'amber', '013.jpg'))
    .raw()
    .toBuffer({ resolveWithObject: true })
  const image = new Tensor('uint8', new Uint8Array(data), [1, info.height, info.width, 3])
  const { probabilities } = await session.run({ image })
  const sum = [...(probabilities?.data as Float32Array)].reduce((a, b) => a + b, 0)
  expect(sum).toBeCloseTo(1, 4)
})
