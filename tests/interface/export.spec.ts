// Export: to a folder, checked, and used from there: the file says what Predict shows, and the code runs as it is copied.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'
import { ExportPage } from './pages/export.ts'
import { PredictPage } from './pages/predict.ts'
import { expect, test } from './support/test.ts'
import { trainedProject } from './support/trained.ts'

const root = resolve(import.meta.dirname, '../..')

test('without a model the way to one is shown', async ({ page, studio, photos }) => {
  const { id } = await studio.project(photos)
  await new ExportPage(page).open(studio, id)
  await expect(page.getByRole('heading', { name: 'No model yet' })).toBeVisible()
  await page.getByRole('link', { name: 'Go to Train' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Train' })).toBeVisible()
})

test('a model goes into a folder and says there what it says here', async ({ page, studio, photos, backbone }) => {
  const { project } = await trainedProject(studio, photos, backbone)
  const exports = new ExportPage(page)
  await exports.open(studio, project.id)
  await expect(page.getByRole('heading', { name: 'No export yet' })).toBeVisible()
  const target = studio.at('home', 'taken')
  mkdirSync(target)
  await exports.target(target)
  await exports.start.click()
  await expect(exports.parity).toContainText('The exported file does what was trained')
  await expect(exports.parity).toContainText('On 12 validation images the exported file gives the same class in 12')
  await expect(page.getByRole('link', { name: 'Download model.onnx' })).toBeVisible()

  const photo = join(photos, 'test', 'beech', '001.jpg')
  const { data, info } = await sharp(photo).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const session = await InferenceSession.create(join(target, 'model.onnx'))
  const image = new Tensor('uint8', new Uint8Array(data), [1, info.height, info.width, 3])
  const { probabilities } = await session.run({ image })
  const labels = readFileSync(join(target, 'labels.txt'), 'utf8').trimEnd().split('\n')
  const values = probabilities?.data as Float32Array
  const best = [...values].map((value, i) => ({ name: labels[i], value })).sort((a, b) => b.value - a.value)[0]

  const predict = new PredictPage(page)
  await predict.open(studio, project.id)
  await predict.folder(join(photos, 'test', 'beech'))
  await expect(predict.summary).toContainText('4 images')
  const card = predict.list.getByRole('option').filter({ hasText: '001.jpg' })
  await expect(card.getByRole('listitem').first()).toContainText(`${best?.name}${Math.round((best?.value ?? 0) * 100)}%`)
})

test('code runs as it is copied; files come one by one and all together; the card is shown', async ({ page, studio, photos, backbone }) => {
  const { project } = await trainedProject(studio, photos, backbone)
  const exports = new ExportPage(page)
  await exports.open(studio, project.id)
  await exports.start.click()
  await expect(exports.parity).toContainText('does what was trained')
  const folder = join(project.folder, 'exports', 'Stripes')
  await page.getByRole('button', { name: 'Copy path' }).click()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(folder)

  await exports.language('JavaScript')
  const code = await exports.copied('predict.mjs')
  // Modules are found upwards from the file: below the repository there are the ones that it needs.
  const place = join(root, '.cache', `pasted-${process.pid}`)
  mkdirSync(place, { recursive: true })
  for (const name of ['model.onnx', 'labels.txt']) writeFileSync(join(place, name), readFileSync(join(folder, name)))
  writeFileSync(join(place, 'predict.mjs'), code)
  const photo = join(photos, 'test', 'amber', '000.jpg')
  try {
    const out = execFileSync(process.execPath, [join(place, 'predict.mjs'), photo], { encoding: 'utf8' })
    expect(out).toMatch(/000\.jpg\t(amber|beech|cedar) [01]\.\d{4}/)
  } finally {
    rmSync(place, { recursive: true, force: true })
  }

  for (const [name, file] of [
    ['Download labels.txt', 'labels.txt'],
    ['Download all (.zip)', 'Stripes.zip'],
  ] as const) {
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name }).click()
    const saved = await download
    expect(saved.suggestedFilename()).toBe(file)
    const bytes = readFileSync(await saved.path())
    if (file === 'labels.txt') expect(bytes).toEqual(readFileSync(join(folder, file)))
    else expect(bytes.subarray(0, 2).toString()).toBe('PK')
  }
  await expect(page.getByRole('heading', { name: 'How good it is' })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('button', { name: /^Stripes/ })).toHaveAttribute('aria-current', 'true')

  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  }
  await page.setViewportSize({ width: 640, height: 400 })
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
})
