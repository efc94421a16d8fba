// The first start and the tour: it shows around once, follows what a person does, and stays away when it is not wanted.
import { AxeBuilder } from '@axe-core/playwright'
import { publish } from '../../scripts/train-starter/publish.ts'
import { starterFile } from '../../src/main/resources.ts'
import { tinyBackbone } from '../support/tiny-backbone.ts'
import { LabelPage } from './pages/label.ts'
import { StartPage } from './pages/start.ts'
import { TourCard } from './pages/tour.ts'
import { TrainPage } from './pages/train.ts'
import { enter, expect, test } from './support/test.ts'

const drawn = { timeout: 60_000 }

test.describe('the first start', () => {
  test.use({ words: ['--welcome'], viewport: { width: 1024, height: 700 } })

  test('shows around in the sample: each step goes on when it is done, to a model in a file', async ({ page, studio }) => {
    test.setTimeout(300_000)
    await publish(starterFile(studio.at('resources')), tinyBackbone(), new Date())
    const tour = new TourCard(page)
    await expect(tour.card).toContainText('step 1 of 6', drawn)
    await expect(tour.card).toBeFocused()
    await expect(page.getByRole('heading', { level: 1, name: 'Images' })).toBeVisible()
    await expect(page.getByRole('contentinfo')).toContainText('512 images')
    expect((await studio.api.system.settings({})).tour).toBe('seen')

    // On by a button, and the focus stays with it.
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await expect(tour.next).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(tour.card).toContainText('Label three')
    await expect(page).toHaveURL(/label/)
    await expect(tour.next).toBeFocused()

    // Three labels, by keys: the focus stays in the grid.
    const label = new LabelPage(page)
    await label.cell(0).click()
    for (const key of ['1', '2', '3']) {
      await label.press('u')
      await expect(label.grid.locator('[aria-selected=true]')).toHaveText('')
      await label.press(key)
      if (key !== '3') await expect(tour.card).toContainText(`${key} of 3 labelled`)
    }
    await expect(tour.card).toContainText('Train with all of them')
    await expect(label.grid).toBeFocused()

    // Not where the person is: it offers the way.
    await tour.button('Go to Train').click()
    const train = new TrainPage(page)
    await expect(train.start).toBeEnabled()
    await expect(tour.next).toBeVisible()
    const [card, button] = [await tour.card.boundingBox(), await train.start.boundingBox()]
    expect(card && button && card.x + card.width <= button.x, 'the card beside the button, not over it').toBe(true)
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
    // Shorter than it would be, and long enough for a reload on the way.
    await train.field('Steps').fill('400')
    await train.start.click()
    await expect(tour.card).toContainText('Watch it learn')

    // A reload is the same tour.
    await page.reload()
    await expect(tour.card).toContainText('Watch it learn')
    await expect(tour.card).toContainText('See what it gets wrong', { timeout: 200_000 })
    await page.keyboard.press('Alt+4')
    await expect(tour.next).toBeVisible()
    await page.keyboard.press('Alt+6')
    await expect(tour.card).toContainText('Take the model away')
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await expect(page.getByText('That was the tour.')).toBeVisible({ timeout: 60_000 })
    await expect(tour.card).toBeHidden()
  })

  test('skipped by Escape it stays away, after a reload and after a restart, until it is asked for', async ({ page, studio, expected }) => {
    expected.push(/WebSocket|Failed to load resource|ERR_CONNECTION/)
    const tour = new TourCard(page)
    await expect(tour.card).toContainText('step 1 of 6', drawn)
    await page.keyboard.press('Escape')
    await expect(tour.card).toBeHidden()
    await expect(page.getByRole('heading', { level: 1, name: 'Images' })).toBeFocused()
    await page.reload()
    await expect(page.getByRole('contentinfo')).toContainText('512 images')
    await expect(tour.card).toBeHidden()
    await studio.stop()
    await studio.start()
    await enter(page, studio)
    await expect(page.getByRole('button', { name: /^Sample butterflies/ })).toBeVisible()
    await expect(page).toHaveURL(/#\/$/)
    await expect(tour.card).toBeHidden()

    await page.keyboard.press('?')
    await page.getByRole('dialog').getByRole('button', { name: 'Take the tour' }).click()
    await expect(tour.card).toContainText('step 1 of 6')
    // Escape gives up a selection first.
    await page.keyboard.press('Alt+2')
    await new LabelPage(page).cell(0).click()
    await page.keyboard.press('Escape')
    await expect(tour.card).toContainText('Label three')
    await page.keyboard.press('Escape')
    await expect(tour.card).toBeHidden()
    await page.getByRole('button', { name: 'Go on with it' }).click()
    await expect(tour.card).toContainText('Label three')
  })

  test('it does not take away who has gone to work meanwhile', async ({ page, photos }) => {
    const tour = new TourCard(page)
    expect(photos).toContain('photos')
    const dialog = await new StartPage(page).openFolder('photos')
    await dialog.getByRole('button', { name: 'Create the project' }).click()
    await expect(page.getByText('The sample project is ready.')).toBeVisible(drawn)
    await expect(page.getByRole('heading', { level: 1, name: 'Images' })).toBeVisible()
    await expect(page.getByRole('contentinfo')).toContainText('54 images')
    await expect(tour.card).toBeHidden()
    await page.getByRole('button', { name: 'Take the tour' }).click()
    await expect(tour.card).toContainText('step 1 of 6')
    await expect(page.getByRole('contentinfo')).toContainText('512 images')
  })
})

test('without a first start nothing comes by itself; Start begins the tour, in Chinese too', async ({ page, studio }) => {
  const tour = new TourCard(page)
  await expect(page.getByRole('button', { name: /^Try the sample/ })).toBeEnabled()
  expect((await studio.api.projects.recent({})).projects).toEqual([])
  await studio.api.system.updateSettings({ language: 'zh-CN' })
  await page.getByRole('button', { name: '开始导览' }).click()
  const card = page.getByRole('region', { name: '导览', exact: true })
  await expect(card).toContainText('第 1 步', drawn)
  await card.getByRole('button', { name: '跳过导览' }).click()
  await expect(card).toBeHidden()
  await expect(tour.card).toBeHidden()
})
