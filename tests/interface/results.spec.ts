// Results: what a run gets wrong is found, put right in place, and compared with other runs.
import type { Run, RunConfig } from '../../src/shared/contract/runs.ts'
import { expect, show, test } from './support/test.ts'
import type { StudioServer } from './support/studio.ts'

async function trained(
  studio: StudioServer,
  project: string,
  name: string,
  config: Omit<RunConfig, 'budget' | 'seed' | 'method' | 'settings'> & Partial<RunConfig>,
): Promise<Run> {
  const { id } = await studio.api.runs.start({ project, name, config: { steps: 20, batch: 4, ...config } })
  for (;;) {
    const run = await studio.api.runs.get({ project, run: id })
    if (run.state === 'done') return run
    if (run.state === 'failed') throw new Error(run.error?.message ?? 'the run failed')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test('a cell opens its images, a label is put right there, runs are compared, and labels against accuracy', async ({
  page,
  studio,
  photos,
  backbone,
}) => {
  const { id: project } = await studio.project(photos)
  const { id: network } = await studio.api.backbones.add({ file: backbone, name: 'Tiny', normalize: 'unit' })
  // Labels that are wrong on purpose: half of one class is called another.
  const { classes } = await studio.api.classes.list({ project })
  const [amber, beech] = classes
  if (!amber || !beech) throw new Error('expected classes')
  const held = await studio.api.images.ids({ project, filter: { classes: [amber.id], split: 'test' } })
  await studio.api.labels.assign({ project, selection: { images: held.images.slice(0, 2) }, class: beech.id })
  const few = await trained(studio, project, 'Few labels', { backbone: network, labels: { perClass: 2 } })
  await trained(studio, project, 'Plain', { backbone: network, method: 'fine-tuning' })
  await trained(studio, project, 'All labels', { backbone: network })

  await show(page, studio, project, 'results')
  const main = page.getByRole('main')
  await expect(main.getByRole('heading', { level: 2, name: 'All labels' })).toBeVisible()
  await expect(main.getByText(/^probably \d+% to \d+%, 12 images$/)).toBeVisible()
  await expect(main.getByText(/points (more|less) than Plain with as many labels, on 12 images that both judged/)).toBeVisible()
  const matrix = page.getByRole('region', { name: 'Confusion matrix' })
  await matrix.getByRole('button').first().focus()
  await page.keyboard.press('ArrowRight')
  const wrong = matrix.getByRole('button', { name: /taken for/ }).first()
  const words = (await wrong.getAttribute('aria-label')) ?? ''
  const count = Number(/^\d+/.exec(words)?.[0])
  await wrong.click()
  await expect(page.getByRole('status').filter({ hasText: 'image' })).toHaveText(count === 1 ? '1 image' : `${count} images`)

  const before = (await studio.api.classes.list({ project })).classes.map(({ images }) => images)
  await page.getByRole('button', { name: 'Fix the label' }).first().click()
  const finder = page.getByRole('dialog', { name: 'Label as…' })
  // The class that it has is not among them.
  await expect(finder.getByRole('option')).toHaveCount(classes.length - 1)
  await finder.getByRole('combobox').press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Fixed', { exact: true })).toBeVisible()
  expect((await studio.api.classes.list({ project })).classes.map(({ images }) => images)).not.toEqual(before)
  await page.keyboard.press('z')
  await expect(page.getByText('Fixed', { exact: true })).toBeHidden()
  expect((await studio.api.classes.list({ project })).classes.map(({ images }) => images)).toEqual(before)

  await page.getByRole('tab', { name: 'Classes' }).click()
  const table = page.getByRole('region', { name: 'Classes' })
  await table.getByRole('button', { name: 'Class', exact: true }).click()
  await expect(table.getByRole('row').nth(1)).toContainText('amber')
  await table.getByRole('button', { name: 'Class', exact: true }).click()
  await expect(table.getByRole('row').nth(1)).toContainText('cedar')
  await page.getByRole('tab', { name: 'Reliability' }).click()
  await expect(page.getByText(/off by .* on average/).first()).toBeVisible()

  await page.getByRole('checkbox', { name: 'Compare Plain' }).check()
  await page.getByRole('checkbox', { name: 'Compare All labels' }).check()
  await page.getByRole('radio', { name: 'Compare (2)' }).click()
  await expect(page.getByTestId('pair-test')).toContainText('On 12 images that both judged')
  await expect(page.getByRole('region', { name: 'What they were told differently' })).toContainText('Method')
  // A line that is put away is that line, whatever lines come and go: what is left is drawn as if it had never been there.
  await page.getByRole('checkbox', { name: 'Compare Few labels' }).check()
  const lines = page.getByRole('group', { name: 'Lines of: Loss' }).getByRole('button')
  await expect(lines).toHaveCount(3)
  await lines.first().click()
  const shown = (await lines.first().textContent()) ?? ''
  const away = ['Plain', 'All labels', 'Few labels'].find((name) => shown.includes(name)) ?? ''
  await page.getByRole('checkbox', { name: `Compare ${away}` }).uncheck()
  await expect(lines).toHaveCount(2)
  await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))')
  const picture = (): Promise<string> =>
    page
      .getByRole('img', { name: 'Chart: Loss by Step' })
      .locator('canvas')
      .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL())
  const left = await picture()
  await page.reload()
  await expect.poll(picture).toBe(left)
  await page.getByRole('radio', { name: 'Labels and accuracy' }).click()
  await expect(page.getByText('Accuracy by number of labels, Test').first()).toBeVisible()

  await page.getByRole('searchbox', { name: 'Name or method' }).fill('few')
  await expect(page.getByText('1 of 3 runs')).toBeVisible()
  await page.getByRole('button', { name: 'More for Few labels' }).click()
  await page.getByRole('menuitem', { name: 'Move to the trash…' }).click()
  await page.getByRole('alertdialog').or(page.getByRole('dialog')).getByRole('button', { name: 'Move to the trash' }).click()
  await expect(page.getByText('Few labels is in the trash.')).toBeVisible()
  expect((await studio.api.runs.list({ project })).runs.map(({ id }) => id)).not.toContain(few.id)
})

test('without a run it says what to do first', async ({ page, studio, photos }) => {
  const { id } = await studio.project(photos)
  await show(page, studio, id, 'results')
  await page.getByRole('button', { name: 'To Train' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Train' })).toBeVisible()
})
