// Start and Images: from an empty window to a project, and what is found in a folder.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { writePhotos } from '../support/photos.ts'
import { StartPage } from './pages/start.ts'
import { classes, expect, show, test } from './support/test.ts'

/** Three files of a folder, as if a person had dropped them. @returns the dialog that comes of it */
async function drop(page: Page, folder: string): Promise<Locator> {
  const handle = await page.evaluateHandle(() => new DataTransfer())
  for (const name of readdirSync(folder).slice(0, 3)) {
    const bytes = [...readFileSync(join(folder, name))]
    await handle.evaluate(
      (transfer, file) => transfer.items.add(new File([new Uint8Array(file.bytes)], file.name, { type: 'image/jpeg' })),
      { name, bytes },
    )
  }
  const target = page.locator('main > div')
  await target.dispatchEvent('dragenter', { dataTransfer: handle })
  await expect(page.getByText('Drop a folder of images here')).toBeVisible()
  await target.dispatchEvent('drop', { dataTransfer: handle })
  const dialog = page.getByRole('dialog', { name: 'New project' })
  await expect(dialog).toBeVisible()
  return dialog
}

/** Drops files and folders by their paths, as the system does. @returns the dialog that comes of it */
async function dropPaths(page: Page, files: readonly string[]): Promise<Locator> {
  const devtools = await page.context().newCDPSession(page)
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devtools.send('Input.dispatchDragEvent', { type, x: 640, y: 400, data: { items: [], files: [...files], dragOperationsMask: 1 } })
  return page.getByRole('dialog', { name: 'New project' })
}

test('opens a folder of photos, tells what it meant, and offers the project again', async ({ page, photos }) => {
  const start = new StartPage(page)
  const dialog = await start.openFolder('photos')
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('photos')
  await dialog.getByRole('button', { name: 'Create the project' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Images' })).toBeVisible()
  await expect(page.getByRole('main')).toContainText('54 images · 54 labels of 3 classes came along')
  await expect(page.getByRole('main')).toContainText('Folders for training, validation and test, and in them one for each class.')
  await expect(page.getByRole('contentinfo')).toContainText('54 images · 54 labelled')
  await page.keyboard.press('Alt+0')
  await expect(page.getByRole('button', { name: /photos.*54 of 54 images labelled/ })).toBeVisible()
  const again = await start.openFolder('photos')
  await expect(again).toContainText('There is a project of these images already')
  await again.getByRole('button', { name: 'Open it' }).click()
  await expect(page.getByRole('listbox', { name: 'Images to label' })).toBeVisible()
  expect(photos).toContain('photos')
})

test.describe('told of a folder when the server starts', () => {
  // Any folder will do: what is in it is looked at later.
  test.use({ words: ['--folder', import.meta.dirname] })

  test('proposes a project of its images, once', async ({ page, studio }) => {
    const dialog = page.getByRole('dialog', { name: 'New project' })
    await expect(dialog).toContainText(import.meta.dirname)
    await page.reload()
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    await expect(dialog).toBeHidden()
    expect(page.url()).toBe(`${studio.address}#/`)
  })
})

test('opens the project that an address names, by a link too', async ({ page, studio, photos }) => {
  const { id, folder } = await studio.project(photos)
  const link = studio.at('home', 'way')
  symlinkSync(folder, link, 'junction')
  await page.goto(`${studio.address}#/?open=${encodeURIComponent(link)}`)
  await expect(page.getByRole('listbox', { name: 'Images to label' })).toBeVisible()
  expect(page.url()).toContain(id)
})

test('the path of the chosen folder is read from left to right, slash and all', async ({ page, photos }) => {
  await page.getByRole('button', { name: /^Open a folder of images/ }).click()
  const picker = page.getByRole('dialog')
  await picker.getByRole('textbox', { name: 'Or type a path' }).fill(photos)
  await page.keyboard.press('Enter')
  const target = picker.getByTestId('target')
  await expect(target).toHaveText(photos)
  const places = await target.evaluate(({ firstChild }) => {
    const range = document.createRange()
    return Array.from({ length: firstChild?.textContent?.length ?? 0 }, (_, i) => {
      if (firstChild) range.setStart(firstChild, i)
      if (firstChild) range.setEnd(firstChild, i + 1)
      return range.getBoundingClientRect().left
    })
  })
  expect(places).toHaveLength(photos.length)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
})

test('draws the sample, with labels to begin with', async ({ page }) => {
  await page.getByRole('button', { name: /^Try the sample/ }).click()
  await expect(page.getByRole('listbox', { name: 'Images to label' })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByTestId('count')).toHaveText('512 images')
  await expect(page.getByText('banded-ringlet').first()).toBeVisible()
})

test('takes dropped images into a project of their own, and the page is not left half-way without asking', async ({
  page,
  studio,
  photos,
}) => {
  const isHeld = (): Promise<boolean> => page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })))
  const goOn = Promise.withResolvers<undefined>()
  await page.route('**/uploads/**', (route) => goOn.promise.then(() => route.continue()))
  const dialog = await drop(page, join(photos, 'train', classes[0]))
  await expect(dialog).toContainText('3 dropped images')
  await dialog.getByRole('button', { name: 'Create the project' }).click()
  await expect.poll(isHeld).toBe(true)
  // Nor is a long copy thrown away by a slip.
  await page.keyboard.press('Escape')
  await page.mouse.click(5, 5)
  await expect(dialog).toContainText('0 of 3 files copied')
  goOn.resolve(undefined)
  await expect(page.getByRole('contentinfo')).toContainText('3 images')
  expect(await isHeld()).toBe(false)
  const { projects } = await studio.api.projects.list({})
  expect(projects.map(({ images }) => images)).toEqual([3])
})

for (const [what, parts, images, labelled] of [
  ['a flat folder has no labels', ['train', classes[0]], 10, 0],
  ['a folder of class folders has theirs', ['train'], 30, 30],
] as const)
  test(`${what} when it is dropped, as in place`, async ({ page, studio, photos }) => {
    const folder = join(photos, ...parts)
    const dialog = await dropPaths(page, [folder])
    await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue(basename(folder))
    await dialog.getByRole('button', { name: 'Create the project' }).click()
    await expect(page.getByRole('contentinfo')).toContainText(`${images} images`)
    const { projects } = await studio.api.projects.list({})
    expect(projects.map((project) => [project.images, project.labelled])).toEqual([[images, labelled]])
  })

test('a copy of dropped images that fails leaves nothing behind, or is tried again', async ({ page, studio, photos, expected }) => {
  expected.push(/status of 507/)
  const error = { code: 'disk-full', message: 'uploads: expected free space, found none' }
  await page.route('**/uploads/**', (route) => route.fulfill({ status: 507, json: { error } }))
  const names = async (): Promise<string[]> => (await studio.api.projects.list({})).projects.map(({ name }) => name)
  const dialog = await drop(page, join(photos, 'train', classes[0]))
  const make = dialog.getByRole('button', { name: 'Create the project' })
  await make.click()
  await expect(dialog).toContainText('found none')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await expect.poll(names).toEqual([])

  await drop(page, join(photos, 'train', classes[0]))
  await make.click()
  await expect(dialog).toContainText('found none')
  await page.unroute('**/uploads/**')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('At last')
  await make.click()
  await expect(page.getByRole('contentinfo')).toContainText('3 images')
  expect(await names()).toEqual(['At last'])
})

test('what of a drop cannot be taken is named, the rest comes with its labels, and a retry sends what is missing', async ({
  page,
  studio,
  expected,
}) => {
  expected.push(/status of (413|507)/)
  const folder = studio.at('home', 'walk')
  await writePhotos(folder, { classes: ['all'], images: 3 })
  const [first = '', second = '', third = ''] = readdirSync(join(folder, 'all'))
  writeFileSync(join(folder, 'all', 'labels.csv'), `file,label\n${first},oak\n${second},elm\n`)
  writeFileSync(join(folder, 'all', 'phone.heic'), '')
  const asked: string[] = []
  const goOn = Promise.withResolvers<undefined>()
  let isFull = true
  const refuse = (status: number, code: string): object => ({ status, json: { error: { code, message: `uploads: ${code}` } } })
  await page.route('**/uploads/**', async (route) => {
    const path = new URL(route.request().url()).searchParams.get('path') ?? ''
    asked.push(path)
    if (path === second) await goOn.promise
    if (path === third) return route.fulfill(refuse(413, 'too-large'))
    return isFull && path === second ? route.fulfill(refuse(507, 'disk-full')) : route.continue()
  })
  const dialog = await dropPaths(page, [join(folder, 'all')])
  await expect(dialog).toContainText('3 dropped images · 1 CSV table')
  await expect(dialog).toContainText('1 image of type .heic cannot be read and is left out; save it as JPEG or PNG.')
  const make = dialog.getByRole('button', { name: 'Create the project' })
  await make.click()
  await expect(dialog).toContainText('3 of 4 files copied')
  goOn.resolve(undefined)
  await expect(dialog).toContainText('uploads: disk-full')
  isFull = false
  asked.length = 0
  await make.click()
  await expect(page.getByRole('contentinfo')).toContainText('2 images · 2 labelled')
  expect(asked.sort()).toEqual([second, third].sort())
  await expect(page.getByText(`1 file is larger than 1 GiB and is left out: ${third}.`)).toBeVisible()
  expect(readdirSync(join((await studio.api.projects.list({})).projects[0]?.folder ?? '', 'uploads'))).toHaveLength(1)
})

test('names what cannot be read, takes duplicates out and back in', async ({ page, studio }) => {
  const folder = studio.at('home', 'mixed')
  await writePhotos(folder, { classes: ['oak'], images: 5 })
  copyFileSync(join(folder, 'oak', '000.jpg'), join(folder, 'oak', 'copy.jpg'))
  writeFileSync(join(folder, 'oak', 'broken.jpg'), 'not an image')
  for (let n = 0; n < 1250; n++) writeFileSync(join(folder, 'oak', `torn-${n}.jpg`), `no image ${n}`)
  mkdirSync(join(folder, 'elm'))
  copyFileSync(join(folder, 'oak', '001.jpg'), join(folder, 'elm', 'other.jpg'))
  const { id } = await studio.project(folder)
  await show(page, studio, id, 'images')
  await page.getByRole('tab', { name: /Unreadable/ }).click()
  await expect(page.getByRole('row', { name: /broken\.jpg/ })).toBeVisible()
  await page.getByRole('button', { name: 'Copy the list' }).click()
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible()
  expect((await page.evaluate<string>('navigator.clipboard.readText()')).split('\n')).toHaveLength(1251)
  await page.getByRole('button', { name: /^Show more/ }).click()
  await expect(page.getByRole('button', { name: 'Show more (51 left)' })).toBeFocused()
  await page.getByRole('tab', { name: /Duplicates/ }).click()
  await expect(page.getByText('Labels differ', { exact: true })).toBeVisible()
  await expect(page.getByText('1 group whose labels differ is left for you to decide.')).toBeVisible()
  const before = (await studio.api.projects.get({ project: id })).images
  // What is taken out is out of the list at once, and the next click counts while the one before is being saved.
  const goOn = Promise.withResolvers<undefined>()
  await page.route('**/api/images/exclude', (route) => goOn.promise.then(() => route.continue()))
  await page.getByRole('button', { name: 'Keep the first of each, take 1 out' }).click()
  await expect(page.getByRole('button', { name: /Keep the first of each/ })).toBeHidden()
  await page.getByRole('button', { name: 'Keep the first only' }).click()
  await expect(page.getByText('No duplicates', { exact: true })).toBeVisible()
  goOn.resolve(undefined)
  await expect.poll(async () => (await studio.api.projects.get({ project: id })).images).toBe(before - 2)
  await expect(page.getByTestId('saved')).toContainText('All changes saved')
  await page.keyboard.press('z')
  await expect(page.getByText('Labels differ', { exact: true })).toBeVisible()
})

test('labels go into a CSV and come back corrected', async ({ page, studio }) => {
  const folder = studio.at('home', 'plain')
  await writePhotos(folder, { classes, images: 3 })
  const { id } = await studio.project(folder)
  await show(page, studio, id, 'images')
  const start = new StartPage(page)
  const files = page.getByRole('button', { name: 'Labels…' })
  await files.click()
  await page.getByRole('menuitem', { name: 'Labels into a CSV' }).click()
  await start.pick(['plain'], 'Export here')
  await expect(page.getByText('9 images written')).toBeVisible()
  const [name = ''] = readdirSync(folder).filter((one) => one.endsWith('.csv'))
  expect(name).toMatch(/^project-labels-[\d-]+\.csv$/)
  writeFileSync(join(folder, name), readFileSync(join(folder, name), 'utf8').replaceAll(',amber,', ',beech,'))
  const images = async (): Promise<number[]> => (await studio.api.classes.list({ project: id })).classes.map((one) => one.images)
  for (const [replace, words] of [
    [false, 'No labels were new. 9 labels stayed as they were.'],
    [true, '3 labels taken over. 6 labels stayed as they were.'],
  ] as const) {
    await files.click()
    await page.getByRole('menuitem', { name: 'Labels from a CSV' }).click()
    await start.pick(['plain', name], 'Import')
    const dialog = page.getByRole('dialog', { name: `Labels from ${name}` })
    if (replace) await dialog.getByRole('switch', { name: 'Replace labels that are there' }).click()
    await dialog.getByRole('button', { name: 'Import' }).click()
    await expect(page.getByText(words)).toBeVisible()
  }
  expect(await images()).toEqual([0, 6, 3])
  await page.getByRole('region', { name: 'Notices' }).getByRole('button', { name: 'Undo' }).click()
  await expect.poll(images).toEqual([3, 3, 3])
})

test('draws splits class by class, and takes that back', async ({ page, studio }) => {
  const folder = studio.at('home', 'plain')
  await writePhotos(folder, { classes, images: 10 })
  const { id } = await studio.project(folder)
  await show(page, studio, id, 'images')
  await page.getByRole('tab', { name: 'Splits' }).click()
  const draw = page.getByRole('button', { name: 'Draw' })
  await page.getByLabel('Validation', { exact: true }).fill('95')
  await expect(draw).toBeDisabled()
  await page.getByLabel('Validation', { exact: true }).fill('30')
  await draw.click()
  await expect(page.getByRole('row', { name: /amber/ }).getByRole('cell')).toHaveText([/amber/, '5', '3', '2', '0', ''])
  await page.keyboard.press('z')
  await expect(page.getByRole('row', { name: /amber/ }).getByRole('cell')).toHaveText([/amber/, '0', '0', '0', '10', ''])
})

test('a damaged project is rescued from its start page', async ({ page, studio, photos, expected }) => {
  // A picture may be on its way when the project closes.
  expected.push(/status of 422/, /status of 404/)
  const { id, folder } = await studio.project(photos)
  await studio.api.projects.close({ project: id })
  writeFileSync(join(folder, 'project.db'), 'this is no database')
  await page.reload()
  await page.getByRole('button', { name: /project.*54 of 54 images labelled/ }).click()
  const dialog = page.getByRole('dialog', { name: 'This project is damaged' })
  await expect(dialog).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Rescue what can be read' })).toBeEnabled()
})
