// Networks in the settings: what is known before anything is fetched, and what a file of weights is.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import * as g from '../../src/core/graph/build.ts'
import { input } from '../../src/core/graph/apply.ts'
import { symbolicBatch, writeOnnx } from '../../src/core/graph/onnx/write.ts'
import { writeSafetensors } from '../../src/core/tensor/safetensors.ts'
import { resnetWeights } from '../support/resnet-weights.ts'
import { expect, test } from './support/test.ts'

test('the catalogue tells licence, size and address before it asks anybody', async ({ page, studio }) => {
  await page.goto(`${studio.address}#/settings`)
  const rows = page.getByRole('list', { name: 'Well-known networks' }).getByRole('listitem')
  await expect(rows).toHaveCount(6)
  await expect(rows.filter({ hasText: 'ResNet-50' })).toContainText('ONNX Model Zoo · Apache-2.0')
  await page.getByRole('button', { name: 'Download ResNet-50…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Download ResNet-50?' })
  await expect(dialog).toContainText('103 MB from huggingface.co')
  await expect(dialog.getByRole('link', { name: 'Apache-2.0' })).toHaveAttribute('href', 'https://www.apache.org/licenses/LICENSE-2.0')
  await expect(dialog).toContainText('3f03fdef724b22947eed826f1eef1dc5c34151bb4c37d634f1db89dfa2dd1526')
  await expect(dialog.getByRole('button', { name: 'Agree to Apache-2.0 and download' })).toBeVisible()
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([])
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect(dialog).toHaveCount(0)
  expect((await studio.api.tasks.list({})).tasks).toEqual([])
})

test('weights are recognised, shown as the network would see them, and added', async ({ page, studio }) => {
  const file = studio.at('home', 'own resnet.safetensors')
  mkdirSync(studio.at('home'), { recursive: true })
  writeFileSync(file, writeSafetensors({ tensors: resnetWeights(), metadata: { format: 'pt' } }))
  await page.goto(`${studio.address}#/settings`)
  await page.getByRole('button', { name: 'Add from a file…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a backbone' })
  await dialog.getByLabel('File of the network').fill(file)
  await dialog.getByRole('button', { name: 'Look at it' }).click()
  await expect(dialog).toContainText('This network can be trained')
  await expect(dialog).toContainText('ResNet (1-1-1-1 basic blocks)')
  await expect(dialog).toContainText('tensors are left out')
  await expect(dialog.getByRole('radio', { name: 'ImageNet mean and deviation' })).toBeChecked()
  await expect(dialog.locator('canvas')).toHaveCount(3)
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([])
  await dialog.getByRole('radio', { name: 'From -1 to 1' }).click()
  await expect(dialog.getByLabel('Name')).toHaveValue('own resnet')
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(dialog).toHaveCount(0)
  const row = page.getByRole('row').filter({ hasText: 'own resnet' })
  await expect(row).toContainText('224 × 224 px · 8 features')
  await expect(row).toContainText('All of it can be trained')
  expect((await studio.api.backbones.list({})).backbones).toMatchObject([
    { name: 'own resnet', normalize: 'symmetric', facts: { use: 'all' } },
  ])
})

test('what can only be stood on, and what is refused, is said in words', async ({ page, studio, expected }) => {
  expected.push(/status of 422/)
  mkdirSync(studio.at('home'), { recursive: true })
  const frozen = studio.at('home', 'frozen.onnx')
  const image = input('image', { dtype: 'float32', shape: [symbolicBatch, 3, 32, 32] })
  const features = g.flatten(g.averagePool(image, { kernel_shape: [8, 8], strides: [8, 8] }))
  writeFileSync(frozen, writeOnnx({ inputs: { image }, outputs: { features }, batch: 'N' }))
  const pickled = studio.at('home', 'network.pth')
  copyFileSync(resolve(import.meta.dirname, '../fixtures/weights/whole-network.pth'), pickled)
  await page.goto(`${studio.address}#/settings`)
  await page.getByRole('button', { name: 'Add from a file…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a backbone' })
  await dialog.getByLabel('File of the network').fill(frozen)
  await page.keyboard.press('Enter')
  await expect(dialog).toContainText('It cannot be trained itself; new layers on its features can be')
  await expect(dialog.getByRole('button', { name: 'Add', exact: true })).toBeEnabled()
  await dialog.getByLabel('File of the network').fill(pickled)
  await page.keyboard.press('Enter')
  await expect(dialog).toContainText('torchvision.models.resnet.ResNet, which is code')
  await expect(dialog.getByRole('button', { name: 'Add', exact: true })).toBeDisabled()
})
