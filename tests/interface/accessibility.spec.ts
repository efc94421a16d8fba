// Every view for everybody: axe in both themes, without a mouse, at 200 % zoom and in a small window.
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { projectViews } from '../../src/renderer/project-views.ts'
import { expect, show, test } from './support/test.ts'
import type { StudioServer } from './support/studio.ts'

/** A project with images, labels, suggestions and a finished run, so that no view is empty. @returns its id */
async function fullProject(studio: StudioServer, photos: string, backbone: string): Promise<string> {
  const { api } = studio
  const { id: project } = await studio.project(photos)
  await api.labels.clear({ project, selection: { filter: { split: 'train', text: '2' } } })
  const { id } = await api.backbones.add({ file: backbone, name: 'tiny', normalize: 'unit' })
  const run = await api.runs.start({ project, config: { backbone: id, budget: 'quick', steps: 20, imageSize: 32 } })
  await expect.poll(async () => (await api.runs.get({ project, run: run.id })).state, { timeout: 90_000 }).toBe('done')
  await studio.done(api.suggestions.compute({ project }))
  return project
}

const outside = ['start', 'settings'] as const
const windows = [
  { name: 'a small window', width: 1024, height: 700 },
  { name: '200 % zoom', width: 640, height: 400 },
] as const

async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0)
}

test('axe finds nothing in any view, in both themes; no view needs to be scrolled sideways', async ({ page, studio, photos, backbone }) => {
  test.setTimeout(300_000)
  const project = await fullProject(studio, photos, backbone)
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const places = [
    ...outside.map((name) => ({ name, open: () => page.goto(`${studio.address}#/${name === 'start' ? '' : name}`) })),
    ...projectViews.map((name) => ({ name, open: () => show(page, studio, project, name) })),
  ]
  for (const { name, open } of places) {
    await open()
    await settled(page)
    for (const theme of ['light', 'dark'] as const) {
      await studio.api.system.updateSettings({ theme })
      await expect(page.locator(`html[data-theme=${theme}]`)).toBeAttached()
      const { violations } = await new AxeBuilder({ page }).analyze()
      const found = violations.map(({ id, nodes }) => ({
        id,
        nodes: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary ?? ''}`),
      }))
      expect.soft(found, `${name}, ${theme}`).toEqual([])
    }
    expect.soft(await page.getByRole('heading', { level: 1 }).count(), `${name}: headings of level 1`).toBe(1)
    for (const { name: size, width, height } of windows) {
      await page.setViewportSize({ width, height })
      const beyond = await page.evaluate<number>(
        "Math.max(...[document.documentElement, document.querySelector('main')].map((one) => one.scrollWidth - one.clientWidth))",
      )
      expect.soft(beyond, `${name}, ${size}: pixels beyond the right edge`).toBeLessThanOrEqual(0)
    }
    await page.setViewportSize({ width: 1280, height: 800 })
  }
})

test('Tab leads from the way past the navigation to the views, the content and the status line', async ({ page, studio, photos }) => {
  const { id } = await studio.project(photos)
  await show(page, studio, id, 'images')
  await page.reload()
  await settled(page)
  await page.keyboard.press('Tab')
  await expect(page.getByText('Skip to the content')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
  await page.keyboard.press('Tab')
  // Where a view has nothing to use yet, the status line comes next.
  await expect(page.getByRole('navigation').locator(':focus')).toHaveCount(0)
  await page.reload()
  await settled(page)
  const names = ['Start', 'Images', 'Label', 'Train', 'Results', 'Predict', 'Export', 'Settings']
  await page.keyboard.press('Tab')
  for (const name of names) {
    await page.keyboard.press('Tab')
    await expect(page.getByRole('navigation').getByRole('link', { name, exact: true })).toBeFocused()
  }
})

for (const name of projectViews)
  test(`going to ${name} by keys puts the focus on its heading`, async ({ page, studio, photos }) => {
    const { id } = await studio.project(photos)
    await show(page, studio, id, name === 'images' ? 'train' : 'images')
    await page.keyboard.press(`Alt+${projectViews.indexOf(name) + 1}`)
    await expect(page).toHaveURL(new RegExp(`/${name}`))
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  })
