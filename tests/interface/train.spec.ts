// Train: from the form to a model, and what may come between.
import { publish } from '../../scripts/train-starter/publish.ts'
import { starterFile } from '../../src/main/resources.ts'
import type { Project } from '../../src/shared/contract/projects.ts'
import { tinyBackbone } from '../support/tiny-backbone.ts'
import { TrainPage } from './pages/train.ts'
import { enginesOf } from './support/engine.ts'
import type { StudioServer } from './support/studio.ts'
import { expect, test } from './support/test.ts'

/** A project that can be trained. */
async function ready(studio: StudioServer, photos: string, backbone: string): Promise<Project> {
  const project = await studio.project(photos)
  await studio.api.backbones.add({ file: backbone, name: 'Tiny', normalize: 'unit' })
  return project
}

/** Long enough to be met on its way. */
const long = 30_000

test('the starter is chosen where nothing else is, and stays', async ({ page, studio, photos, backbone }) => {
  await publish(starterFile(studio.at('resources')), tinyBackbone({ seed: 5 }), new Date())
  const { id } = await studio.project(photos)
  const train = new TrainPage(page)
  await train.open(studio, id)
  await expect(page.getByRole('radio', { name: 'Starter' })).toBeChecked()
  await expect(train.start).toBeEnabled()
  await studio.api.backbones.add({ file: backbone, name: 'Tiny', normalize: 'unit' })
  await expect(page.getByRole('radio', { name: 'Tiny' })).toBeChecked()
  await expect(train.button('Remove backbone Tiny')).toBeVisible()
  await expect(train.button('Remove backbone Starter')).toBeHidden()
})

test('what is missing is said, mended from the form, and a run goes from start to result', async ({ page, studio, photos, backbone }) => {
  const { id } = await studio.project(photos)
  const train = new TrainPage(page)
  await train.open(studio, id)
  await expect(train.start).toBeDisabled()
  await expect(page.getByText('A backbone to start from')).toBeVisible()

  await train.button('Add from a file…').click()
  await train.field('File of the network').fill(backbone)
  await train.button('Look at it').click()
  await expect(page.getByText('This network can be trained')).toBeVisible()
  await train.field('Name').fill('Tiny')
  await train.button('Add').click()
  await expect(page.getByRole('radio', { name: 'Tiny' })).toBeChecked()

  await train.field('Seed').fill('x')
  await expect(train.start).toBeDisabled()
  await train.button('Reset the form').click()
  await expect(train.field('Seed')).toHaveValue('0')
  await expect(train.start).toBeEnabled()

  // 10 a class: half of them.
  await expect(page.getByTestId('labels-used')).toHaveText('30 of 30')
  await page.getByRole('slider').focus()
  for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowLeft')
  await expect(page.getByTestId('labels-used')).toHaveText('15 of 30')

  await page.getByRole('button', { name: 'Advanced settings' }).click()
  await train.field('Queue size').fill('5000')
  await expect(page.getByText('Queue size: Enter 1024 or less.')).toBeVisible()
  await expect(train.start).toBeDisabled()
  await train.field('Queue size').fill('16')
  await expect(train.start).toBeEnabled()
  await expect(page.getByText('1 changed')).toBeVisible()
  await page.reload()
  await expect(page.getByText('1 changed')).toBeVisible()
  await expect(page.getByTestId('labels-used')).toHaveText('15 of 30')

  // Threads are for all runs, and saved when the field is left: not digit by digit.
  const threads = async (): Promise<number> => (await studio.api.devices.list({})).threads
  const usual = await threads()
  const choices: unknown[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/api/devices/choose')) choices.push(request.postDataJSON())
  })
  for (const count of [23, usual]) {
    await train.field('Threads').clear()
    await train.field('Threads').pressSequentially(String(count))
    await page.keyboard.press('Tab')
    await expect.poll(threads).toBe(count)
  }
  expect(choices).toEqual([{ threads: 23 }, { threads: usual }])

  await train.button('Estimate time and memory').click()
  await expect(page.getByText('free now')).toBeVisible()
  await train.begin({ name: 'First', steps: 40 })
  await expect(train.state).toHaveText('Done')
  await expect(page.getByRole('heading', { name: 'Result' })).toBeVisible()
  await expect(train.latest('Losses', 'Total')).not.toHaveText('–')
  await expect(train.latest('Validation', 'Kept')).toContainText('%')
  await expect(train.latest('Pseudo-labels', 'Right (hidden labels)')).toContainText('%')
  await expect(page.getByRole('columnheader', { name: 'Queue of 16' })).toBeVisible()
  const { runs } = await studio.api.runs.list({ project: id })
  expect(runs[0]?.config).toMatchObject({ steps: 40, batch: 4, labels: { proportion: 0.5 }, settings: { queueSize: 16 } })
  await page.getByRole('link', { name: 'Export', exact: false }).last().click()
  await expect(page).toHaveURL(new RegExp(`/export\\?run=${runs[0]?.id ?? ''}`))
})

test('paused, read anew and resumed, it goes on where it was; stopped, its best becomes a model', async ({
  page,
  studio,
  photos,
  backbone,
}) => {
  const { id } = await ready(studio, photos, backbone)
  const train = new TrainPage(page)
  await train.open(studio, id)
  await train.begin({ name: 'Long', steps: long })
  await train.reaches(20)
  await page.reload()
  await train.reaches(40)
  await expect(train.latest('Losses', 'Total')).not.toHaveText('–')

  await train.button('Pause').click()
  await expect(train.state).toHaveText('Paused')
  const paused = await train.step()
  expect(paused).toBeGreaterThan(0)
  await train.button('Resume').click()
  await expect(train.state).toHaveText('Training')
  await train.reaches(paused + 20)

  await expect(train.tile('Best validation')).toContainText('%')
  await train.button('Stop and keep the best').click()
  await expect(page.getByText('A model is being made of its best weights')).toBeVisible()
  await expect(train.state).toHaveText('Stopped')
  await expect(page.getByText('its best weights were made a model')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Predict' }).last()).toBeVisible()
})

test('the engine is killed: the run says so and goes on from its checkpoint', async ({ page, studio, photos, backbone }) => {
  const { id } = await ready(studio, photos, backbone)
  const train = new TrainPage(page)
  await train.open(studio, id)
  await train.begin({ name: 'Struck', steps: long })
  const checkpoint = async (): Promise<boolean> => (await studio.api.runs.list({ project: id })).runs[0]?.hasCheckpoint ?? false
  await expect.poll(checkpoint, { timeout: 60_000 }).toBe(true)
  const engines = enginesOf(studio.processId)
  expect(engines.length).toBeGreaterThan(0)
  for (const engine of engines) process.kill(engine, 'SIGKILL')
  await expect(train.state).toHaveText('Interrupted')
  await expect(page.getByText('The engine ended unexpectedly')).toBeVisible()
  await expect(page.getByText('Resume goes on from the last checkpoint')).toBeVisible()
  const interrupted = await train.step()
  await train.button('Resume').click()
  await expect(train.state).toHaveText('Training')
  await train.reaches(interrupted + 1)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Stop and throw away…' }).click()
  await train.button('Stop and throw away').click()
  await expect(train.state).toHaveText('Stopped')
})

test('runs queue up, change places and leave the queue', async ({ page, studio, photos, backbone }) => {
  const { id } = await ready(studio, photos, backbone)
  const train = new TrainPage(page)
  await train.open(studio, id)
  for (const name of ['One', 'Two', 'Three']) {
    if (name !== 'One') await train.button('New run').click()
    await train.begin({ name, steps: long })
  }
  await expect(train.queue()).toHaveText([/One/, /Two.*Number 1/, /Three.*Number 2/])
  await train.button('Three: sooner').click()
  await expect(train.queue()).toHaveText([/One/, /Three.*Number 1/, /Two.*Number 2/])
  await train.button('Take Two out of the queue').click()
  await train.button('Take it out').click()
  await expect(train.queue()).toHaveText([/One.*Training/, /Three.*Number 1/, /Two.*Stopped/])
  await expect(train.state).toHaveText('Waiting')
  await page.getByRole('link', { name: 'One' }).click()
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Stop and throw away…' }).click()
  await train.button('Stop and throw away').click()
  // The list turns around: a click in the middle of that would miss.
  await expect(train.queue()).toHaveText([/Three.*Training/, /Two.*Stopped/, /One.*Stopped/])
  // A link of the panel closes it, and keys work again.
  await page.getByRole('button', { name: /^Training Three/ }).click()
  const work = page.getByRole('dialog')
  await work.getByRole('link', { name: 'Three' }).click()
  await expect(train.state).toHaveText('Training')
  await expect(work).toBeHidden()
  await page.keyboard.press('Alt+2')
  await expect(page.getByRole('heading', { level: 1, name: 'Label' })).toBeFocused()
})

test('without images or labels it says what to do first', async ({ page, studio, photos }) => {
  const empty = await studio.api.projects.create({ folder: studio.at('empty'), name: 'empty' })
  const train = new TrainPage(page)
  await train.open(studio, empty.id)
  await expect(page.getByRole('heading', { name: 'No images yet' })).toBeVisible()
  const bare = await studio.project(photos, { labels: false, name: 'bare' })
  await train.open(studio, bare.id)
  await expect(page.getByRole('heading', { name: 'No labels yet' })).toBeVisible()
  await page.getByRole('link', { name: 'Label some images' }).click()
  await expect(page).toHaveURL(/\/label/)
})
