// Pictures of every view, with a project that has something to show. `npm run pictures -- --out FOLDER [--images FOLDER --backbone FILE] [--all] [--only NAME,…]`
// Without --images: the drawn sample. --all: light and dark, 1280x800 and 1920x1080, as PNG to look at; else what docs/images has, as JPEG.
import { cpSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { StudioServer } from '../tests/interface/support/studio.ts'
import type { Run } from '../src/shared/contract/runs.ts'
import { starterId } from '../src/shared/starter.ts'
import { installed } from '../tests/interface/support/installed.ts'
import { drawSheet } from './sample-sheet.ts'

const { values: options } = parseArgs({
  options: {
    out: { type: 'string', default: resolve(import.meta.dirname, '../docs/images') },
    images: { type: 'string' },
    backbone: { type: 'string' },
    steps: { type: 'string', default: '400' },
    all: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
const sizes = options.all
  ? [
      { width: 1280, height: 800 },
      { width: 1920, height: 1080 },
    ]
  : [{ width: 1280, height: 800 }]
const themes = options.all ? (['light', 'dark'] as const) : (['light'] as const)
/** Pictures that README.md and docs/tutorial.md show. */
const documented = ['start', 'images', 'label', 'train', 'run', 'results', 'predict', 'export']
const only = options.only?.split(',')
/** Labels of each class that the person has given; the rest of the training images has none. */
const perClass = 8

const resources = resolve(import.meta.dirname, '../resources')
const starter = join(resources, 'backbones/starter.onnx')

const say = (text: string): void => void process.stdout.write(`${text}\n`)

interface Scene {
  readonly project: string
  readonly done: Run
  readonly other: Run
  readonly predicted: string
}

/** Few labels, suggestions, two runs done, predictions and an export. */
async function setScene(studio: StudioServer): Promise<Scene> {
  const { api } = studio
  const project = options.images === undefined ? await drawn(studio) : await imported(studio, resolve(options.images))
  if (options.backbone !== undefined) await api.backbones.add({ file: resolve(options.backbone), name: 'MobileNetV2' })
  const { backbones } = await api.backbones.list({})
  const backbone = backbones.find(({ id }) => id !== starterId) ?? backbones[0]
  if (!backbone) throw new Error('expected the starter, found no backbone')
  const train = async (name: string, method: string): Promise<Run> => {
    say(`training: ${name}`)
    const { id } = await api.runs.start({ project, name, config: { backbone: backbone.id, method, steps: Number(options.steps) } })
    for (;;) {
      const run = await api.runs.get({ project, run: id })
      if (run.state === 'failed') throw new Error(run.error?.message)
      if (run.state === 'done') return run
      await new Promise((done) => setTimeout(done, 300))
    }
  }
  const other = await train('Fine-tuning', 'fine-tuning')
  const done = await train('Self-Tuning', 'self-tuning')
  await studio.done(api.suggestions.compute({ project }))
  const { images } = await api.images.ids({ project, filter: { labelled: false } })
  const started = await api.predictions.predict({ project, subject: { images: images.slice(0, 200) } })
  await studio.done(Promise.resolve(started))
  await studio.done(api.exports.export({ project, run: done.id }))
  return { project, done, other, predicted: started.task }
}

async function drawn(studio: StudioServer): Promise<string> {
  const { result } = await studio.done(studio.api.projects.sample({}))
  if (result?.kind !== 'sample') throw new Error('expected a sample project')
  return result.project
}

/** All labels of validation and test stay, of each class a few for training. */
async function imported(studio: StudioServer, folder: string): Promise<string> {
  const { api } = studio
  const { id: project } = await studio.project(folder)
  const { classes } = await api.classes.list({ project })
  for (const { id } of classes) {
    const { images } = await api.images.ids({ project, filter: { split: 'train', classes: [id] } })
    const rest = images.slice(perClass)
    if (rest.length > 0) await api.labels.clear({ project, selection: { images: rest } })
  }
  return project
}

async function settled(page: Page): Promise<void> {
  await page.locator('h1').waitFor({ state: 'attached' })
  await page.waitForFunction("document.querySelectorAll('[aria-busy=true]').length === 0")
  await page.waitForFunction('[...document.images].every((image) => image.complete)')
  await page.evaluate('document.fonts.ready')
  // Charts draw once a frame.
  await page.waitForTimeout(600)
}

/** Scrolls so that a heading is at the top. */
async function bring(page: Page, heading: string): Promise<void> {
  const found = page.getByRole('heading', { name: heading, exact: true })
  await page.mouse.move(640, 400)
  const top = (await found.boundingBox())?.y ?? 0
  await page.mouse.wheel(0, top - 60)
}

const studio = new StudioServer()
cpSync(resources, studio.at('resources'), { recursive: true })
mkdirSync(options.out, { recursive: true })
if (!options.all && (only?.includes('butterflies') ?? true)) await drawSheet(join(options.out, 'butterflies.jpg'))
await studio.start()
const browser = await chromium.launch({ ...installed, args: ['--no-sandbox', '--disable-gpu'] })
try {
  const { project, done, other, predicted } = await setScene(studio)
  const page = await browser.newPage({ reducedMotion: 'reduce', bypassCSP: true })
  await page.goto(studio.url)
  const to = (view: string): string => `${studio.address}#/projects/${project}/${view}`
  const places: Readonly<Record<string, { readonly address: string; readonly act?: (page: Page) => Promise<unknown> }>> = {
    start: { address: `${studio.address}#/` },
    images: { address: to('images') },
    'images-duplicates': { address: to('images?tab=duplicates') },
    'images-splits': { address: to('images?tab=splits') },
    label: { address: to('label'), act: (here) => here.keyboard.press('ArrowRight') },
    'label-preview': { address: to('label'), act: (here) => here.keyboard.press('ArrowRight').then(() => here.keyboard.press('Space')) },
    train: { address: to('train'), act: (here) => here.locator('button:enabled', { hasText: 'Start training' }).waitFor() },
    run: { address: to(`train?run=${done.id}`) },
    results: { address: to(`results?run=${done.id}`) },
    ...Object.fromEntries(
      ['classes', 'mistakes', 'reliability', 'curves'].map((tab) => [
        `results-${tab}`,
        { address: to(`results?run=${done.id}&tab=${tab}`) },
      ]),
    ),
    'results-compare': { address: to(`results?show=compare&with=${done.id},${other.id}`) },
    'predict-start': { address: to('predict') },
    predict: { address: to(`predict?task=${predicted}`), act: (here) => here.locator('aside section img').first().waitFor() },
    export: { address: to('export') },
    settings: { address: `${studio.address}#/settings` },
    devices: { address: `${studio.address}#/settings`, act: (here) => bring(here, 'Devices') },
    backbones: { address: `${studio.address}#/settings`, act: (here) => bring(here, 'Pre-trained networks') },
    'backbone-add': {
      address: `${studio.address}#/settings`,
      act: async (here) => {
        await here.getByRole('button', { name: 'Add from a file…' }).click()
        await here.getByLabel('File of the network').fill(starter)
        await here.getByRole('button', { name: 'Look at it' }).click()
        await here.getByRole('dialog').locator('canvas').first().waitFor()
      },
    },
    'backbone-download': {
      address: `${studio.address}#/settings`,
      act: (here) => here.getByRole('button', { name: 'Download ResNet-50…' }).click(),
    },
    licences: { address: `${studio.address}#/licences` },
    tour: {
      address: `${studio.address}#/`,
      act: async (here) => {
        await here.keyboard.press('?')
        await here.getByRole('button', { name: 'Take the tour' }).click()
        await here.getByRole('heading', { level: 1, name: 'Images' }).waitFor()
      },
    },
    shortcuts: { address: to('label'), act: (here) => here.keyboard.press('?') },
  }
  const wanted = Object.entries(places).filter(([name]) => only?.includes(name) ?? (options.all || documented.includes(name)))
  for (const theme of themes) {
    await studio.api.system.updateSettings({ theme })
    for (const size of sizes) {
      await page.setViewportSize(size)
      for (const [name, { address, act }] of wanted) {
        await page.goto('about:blank')
        await page.goto(address)
        await settled(page)
        if (act) await act(page).then(() => settled(page))
        const bytes = await page.screenshot()
        const file = options.all ? `${name}-${theme}-${size.width}.png` : `${name}.jpg`
        const picture = options.all ? sharp(bytes).png() : sharp(bytes).jpeg({ quality: 82, mozjpeg: true })
        await picture.toFile(join(options.out, file))
        say(file)
      }
    }
  }
} finally {
  await browser.close()
  await studio.stop('SIGKILL')
  studio.remove()
}
