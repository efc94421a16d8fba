// What every test of the interface begins with: a server of its own, a page that is let in, and no error unseen.
import { mkdirSync, writeFileSync } from 'node:fs'
import { test as base, expect } from '@playwright/test'
import type { Page } from '@playwright/test'
import { tinyBackbone } from '../../support/tiny-backbone.ts'
import { writePhotos } from '../../support/photos.ts'
import { StudioServer } from './studio.ts'

export { expect }

export const classes = ['amber', 'beech', 'cedar'] as const

interface Fixtures {
  /** Further words for `serve`. */
  readonly words: readonly string[]
  readonly studio: StudioServer
  /** Console errors that a test expects, e.g. of a connection that it cuts. */
  readonly expected: RegExp[]
  /** Photos in split/class/ folders (10 train, 4 validation, 4 test a class), in the home folder. */
  readonly photos: string
  /** An ONNX file that trains in seconds. */
  readonly backbone: string
}

export const test = base.extend<Fixtures>({
  words: [[], { option: true }],
  studio: async ({ words }, use) => {
    const studio = new StudioServer(words)
    await studio.start()
    await use(studio)
    await studio.stop('SIGKILL')
    studio.remove()
  },
  expected: async ({}, use) => use([]),
  page: async ({ page, studio, expected }, use) => {
    const found: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') found.push(message.text())
    })
    page.on('pageerror', (error) => found.push(error.message))
    await enter(page, studio)
    await use(page)
    const unexpected = found.filter((text) => !expected.some((pattern) => pattern.test(text)))
    expect(unexpected, 'errors and warnings of the console').toEqual([])
  },
  photos: async ({ studio }, use) => {
    const folder = studio.at('home', 'photos')
    await writePhotos(folder, { classes, images: { train: 10, validation: 4, test: 4 } })
    await use(folder)
  },
  backbone: async ({ studio }, use) => {
    const file = studio.at('home', 'tiny.onnx')
    mkdirSync(studio.at('home'), { recursive: true })
    writeFileSync(file, tinyBackbone())
    await use(file)
  },
})

/** Opens the interface with the address that the server printed. */
export async function enter(page: Page, studio: StudioServer): Promise<void> {
  await page.goto(studio.url)
  await page.waitForURL((url) => !url.search.includes('token'))
  await expect(page.getByTestId('saved')).toContainText('saved')
}

/** Shows a view of a project. */
export async function show(page: Page, studio: StudioServer, project: string, view: string): Promise<void> {
  await page.goto(`${studio.address}#/projects/${project}/${view}`)
  // By its name: where a page was there already, its heading stays until the view comes.
  await expect(page.getByRole('heading', { level: 1, name: new RegExp(`^${view}$`, 'i') })).toBeVisible()
}
