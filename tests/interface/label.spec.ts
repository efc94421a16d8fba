// Label: by keys alone, by pointer, with filters and suggestions; what is kept through undo, a restart, and two windows.
import { LabelPage } from './pages/label.ts'
import { enter, expect, show, test } from './support/test.ts'

test('labels by keys alone, from nothing: classes, ranges, clear, undo, redo', async ({ page, studio, photos }) => {
  const { id } = await studio.project(photos, { labels: false })
  await show(page, studio, id, 'label')
  const label = new LabelPage(page)
  await label.expectCount('54 images')
  await label.createClasses('oak, elm')
  await label.press('ArrowRight', '1')
  await expect(label.cell(0)).toContainText('oak')
  // The focus has gone on; a range by Shift takes three more.
  await expect(label.cell(1)).toHaveAttribute('aria-selected', 'true')
  await label.press('Shift+ArrowRight', 'Shift+ArrowRight', '2')
  for (const place of [1, 2, 3]) await expect(label.cell(place)).toContainText('elm')
  await label.press('Backspace')
  await expect(label.cell(2)).not.toContainText('elm')
  await label.press('z')
  await expect(label.cell(2)).toContainText('elm')
  await label.press('z', 'y')
  await expect(label.cell(2)).toContainText('elm')
  await label.press('Control+a')
  await expect(page.getByTestId('selected')).toHaveText('54 selected')
  await label.press('1')
  await expect(label.classes.getByRole('button', { name: /^oak/ })).toContainText('54')
  await label.press('Escape')
  await expect(page.getByTestId('selected')).toBeHidden()
  await label.allSaved()
  expect((await studio.api.classes.list({ project: id })).classes.map(({ name, images }) => [name, images])).toEqual([
    ['oak', 54],
    ['elm', 0],
  ])
})

test('a rubber band and clicks with Shift and Ctrl select', async ({ page, studio, photos }) => {
  const { id } = await studio.project(photos)
  await show(page, studio, id, 'label')
  const label = new LabelPage(page)
  await label.cell(0).click()
  await label.cell(3).click({ modifiers: ['Shift'] })
  await expect(page.getByTestId('selected')).toHaveText('4 selected')
  await label.cell(1).click({ modifiers: ['Control'] })
  await expect(page.getByTestId('selected')).toHaveText('3 selected')
  const [from, to] = [await label.cell(0).boundingBox(), await label.cell(1).boundingBox()]
  if (!from || !to) throw new Error('expected two cells in sight')
  await page.mouse.move(from.x + 20, from.y + 20)
  await page.mouse.down()
  await page.mouse.move(to.x + 40, to.y + 60, { steps: 5 })
  await page.mouse.up()
  await expect(page.getByTestId('selected')).toHaveText('2 selected')
})

test('filters combine, are in the address, and leave images in place until the list is refreshed', async ({ page, studio, photos }) => {
  const { id } = await studio.project(photos)
  await show(page, studio, id, 'label')
  const label = new LabelPage(page)
  await label.chooseFilter(async (popover) => {
    await popover.getByLabel('amber').check()
    await popover.getByLabel('Split').selectOption('validation')
  })
  await label.expectCount('4 images')
  await page.reload()
  await label.expectCount('4 images')
  await label.press('ArrowRight', '2')
  await expect(label.cell(0)).toContainText('beech')
  await label.expectCount('4 images')
  await page.getByRole('button', { name: 'Refresh the list' }).click()
  await label.expectCount('3 images')
  await page.getByRole('button', { name: 'Without the condition: Validation' }).click()
  await label.expectCount('17 images')
  await label.press('/')
  await page.keyboard.type('no such ')
  await expect(page.getByText('No image fulfils these conditions')).toBeVisible()
  // What is typed stays as it is, also where the list comes in between.
  await page.keyboard.type('name')
  await expect(page.getByRole('searchbox')).toHaveValue('no such name')
  await expect(page).toHaveURL(/text=no\+such\+name/)
  await page.getByRole('main').getByRole('button', { name: 'Show all images' }).last().click()
  await label.expectCount('54 images')
  await expect(page.getByRole('searchbox')).toHaveValue('')
})

test('what is taken out leaves the grid and comes back by undo; what has a label by now stays in place', async ({
  page,
  studio,
  photos,
}) => {
  const { id } = await studio.project(photos, { labels: false })
  await show(page, studio, id, 'label')
  const label = new LabelPage(page)
  await label.createClasses('oak')
  await label.chooseFilter(async (popover) => void (await popover.getByLabel('Labels').selectOption({ label: 'Unlabelled' })))
  await label.expectCount('54 images')
  await label.press('ArrowRight', '1')
  await label.cell(2).click()
  const image = (await label.cell(2).getAttribute('data-image')) ?? ''
  await page.getByRole('button', { name: 'Take out' }).click()
  await label.expectCount('53 images')
  await expect(label.grid.locator(`[data-image="${image}"]`)).toBeHidden()
  await expect(label.cell(0)).toContainText('oak')
  await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Undo' }).click()
  await label.expectCount('54 images')
  await expect(label.cell(2)).toHaveAttribute('data-image', image)
  await expect(label.cell(0)).toContainText('oak')
})

test('the next useful image is brought into sight where the filter has left it out', async ({ page, studio, photos }) => {
  const { id } = await studio.project(photos)
  const last = (await studio.api.images.ids({ project: id })).images.slice(-2)
  await studio.api.labels.clear({ project: id, selection: { images: last } })
  await show(page, studio, id, 'label')
  const label = new LabelPage(page)
  await label.press('+', '+', '+')
  const selected = label.grid.locator('[aria-selected="true"]')
  await label.chooseFilter((popover) => popover.getByLabel('amber').check())
  await label.expectCount('18 images')
  await label.press('n')
  await label.expectCount('54 images')
  await expect(selected).toHaveAttribute('data-image', String(last[0]))
  await expect(selected).toBeInViewport()
  // From a list without any image.
  await label.press('/')
  await page.keyboard.type('no such name')
  await expect(page.getByText('No image fulfils these conditions')).toBeVisible()
  await page.getByRole('searchbox').blur()
  await label.press('n')
  await label.expectCount('54 images')
  await expect(selected).toBeInViewport()
})

test('suggestions: the next useful image, one by Enter, all above a confidence with one undo', async ({
  page,
  studio,
  photos,
  backbone,
}) => {
  const { id } = await studio.project(photos)
  await studio.api.backbones.add({ file: backbone, normalize: 'unit' })
  const train = await studio.api.images.ids({ project: id, filter: { split: 'train' } })
  await studio.api.labels.clear({ project: id, selection: { images: train.images.filter((_, i) => i % 10 > 3) } })
  await show(page, studio, id, 'label')
  const label = new LabelPage(page)
  await page.getByRole('button', { name: 'Work out suggestions' }).click()
  await expect(page.getByText(/Suggestions for \d+ images/)).toBeVisible()
  await label.press('n')
  const first = label.grid.locator('[aria-selected="true"]')
  await expect(first).toContainText('%')
  await label.press('Enter')
  await label.allSaved()
  const labelled = async (): Promise<number> => (await studio.api.projects.get({ project: id })).labelled
  const before = await labelled()
  expect(before).toBe(37)
  await page.getByRole('slider', { name: 'Confidence of at least' }).press('Home')
  const accept = page.getByRole('button', { name: /^Accept \d+ suggestions$/ })
  const count = Number(/\d+/.exec((await accept.textContent()) ?? '')?.[0])
  await accept.click()
  await expect(page.getByText(`${count} suggestions accepted`)).toBeVisible()
  expect(await labelled()).toBe(before + count)
  const undo = page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Undo' })
  await undo.click()
  await expect.poll(labelled).toBe(before)
  // The button takes back what its notice tells, and nothing that came after.
  await accept.click()
  await expect(undo).toBeVisible()
  await label.cell(0).click()
  await label.press('3', '2')
  await expect(undo).toBeHidden({ timeout: 4000 })
  await expect(page.getByText(`${count} suggestions accepted`).last()).toBeVisible()
})

test('undo waits for what was done before it', async ({ page, studio, photos }) => {
  const { id } = await studio.project(photos, { labels: false })
  await show(page, studio, id, 'label')
  const label = new LabelPage(page)
  await label.createClasses('oak, elm')
  const goOn = Promise.withResolvers<undefined>()
  await page.route('**/api/labels/assign', (route) => goOn.promise.then(() => route.continue()))
  await label.press('Control+a', '1', 'Escape')
  await label.cell(0).click()
  await label.press('2', 'z')
  await expect(label.saved).toHaveText('Saving…')
  goOn.resolve(undefined)
  await label.allSaved()
  expect((await studio.api.classes.list({ project: id })).classes.map(({ name, images }) => [name, images])).toEqual([
    ['oak', 54],
    ['elm', 0],
  ])
})

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
  const image = async (place: number): Promise<number> => Number(await label.cell(place).getAttribute('data-image'))
  await label.press('ArrowRight', 'Space')
  await expect.poll(() => asked).toEqual([await image(0)])
  await page.evaluate(async () => {
    for (let i = 0; i < 6; i++) {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', code: 'ArrowRight', bubbles: true }))
      await new Promise((go) => setTimeout(go, 30))
    }
  })
  await expect(page.getByRole('dialog')).toContainText('7 of 54')
  await expect.poll(() => asked).toEqual([await image(0), await image(6)])
})

test('undo goes on after a restart of the server; a second window follows', async ({ page, studio, photos, context, expected }) => {
  expected.push(/WebSocket|Failed to load resource|ERR_CONNECTION/)
  const { id } = await studio.project(photos, { labels: false })
  await show(page, studio, id, 'label')
  const label = new LabelPage(page)
  await label.createClasses('oak')
  await label.press('ArrowRight', '1')
  await label.allSaved()
  await studio.stop('SIGKILL')
  await expect(label.saved).toContainText('Connection lost')
  await studio.start()
  await label.allSaved()
  const other = await context.newPage()
  await enter(other, studio)
  await show(other, studio, id, 'label')
  const second = new LabelPage(other)
  await expect(second.cell(0)).toContainText('oak')
  await label.press('z')
  await expect(label.cell(0)).not.toContainText('oak')
  await expect(second.cell(0)).not.toContainText('oak')
})

test('classes: rename, key that is a command, merge, delete, and undo of each', async ({ page, studio, photos }) => {
  const { id } = await studio.project(photos)
  await show(page, studio, id, 'label')
  const label = new LabelPage(page)
  const menu = async (name: string, entry: string): Promise<void> => {
    await page.getByRole('button', { name: `More for ${name}` }).click()
    await page.getByRole('menuitem', { name: entry }).click()
  }
  await menu('amber', 'Name, colour, key…')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('gold')
  await dialog.getByLabel('Key', { exact: true }).fill('n')
  await expect(dialog).toContainText('This key stands for: Next most useful image')
  await dialog.getByLabel('Key', { exact: true }).fill('q')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(label.classes).toContainText('gold')
  await menu('gold', 'Merge into…')
  await page.getByRole('dialog').getByLabel('Merge into').selectOption({ label: 'cedar' })
  await page.getByRole('dialog').getByRole('button', { name: 'Merge' }).click()
  await expect(label.classes.getByRole('button', { name: /^cedar/ })).toContainText('20 / 8')
  await menu('beech', 'Delete')
  await expect(label.classes).not.toContainText('beech')
  await label.press('z', 'z')
  await expect(label.classes.getByRole('button', { name: /^beech/ })).toContainText('10 / 8')
  await expect(label.classes.getByRole('button', { name: /^gold/ })).toContainText('10 / 8')
})
