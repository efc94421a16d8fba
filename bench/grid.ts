// The grid of Label with many images in Chromium: opening, scrolling, jumping, a key press to the painted label. `node bench/grid.ts [images]`
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import type { Page } from '@playwright/test'
import { numberedJpegs } from '../tests/support/jpegs.ts'
import { StudioServer } from '../tests/interface/support/studio.ts'
import { installed } from '../tests/interface/support/installed.ts'

const images = Number(process.argv[2] ?? 100_000)
const grid = '[role=listbox]'

function at(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(share * (times.length - 1))] ?? NaN
}
function report(what: string, times: readonly number[]): void {
  console.log(`${what.padEnd(44)} p50 ${at(times, 0.5).toFixed(1)} ms, p95 ${at(times, 0.95).toFixed(1)} ms`)
}

async function project(studio: StudioServer): Promise<string> {
  const photos = studio.at('home', 'photos')
  const jpeg = await numberedJpegs()
  for (let folder = 0; folder < 100; folder++) mkdirSync(join(photos, String(folder)), { recursive: true })
  for (let i = 0; i < images; i++) writeFileSync(join(photos, String(i % 100), `${i}.jpg`), jpeg(i))
  const { id } = await studio.project(photos, { labels: false })
  await studio.api.classes.create({ project: id, name: 'oak', hotkey: '1' })
  await studio.api.classes.create({ project: id, name: 'elm', hotkey: '2' })
  return id
}

/** Milliseconds between frames, and of them those in which the page computed (script, style, layout), while the grid scrolls by so many pixels a frame. */
async function scroll(page: Page, pixels: number, frames: number): Promise<{ between: number[]; busy: number }> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const computed = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    const names = ['ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration']
    return metrics.filter(({ name }) => names.includes(name)).reduce((sum, { value }) => sum + value * 1000, 0)
  }
  const before = await computed()
  const between = await page.evaluate<number[]>(`new Promise((resolve) => {
    const frame = document.querySelector('${grid}')
    const times = []
    let last = null
    const step = (now) => {
      if (last !== null) times.push(now - last)
      last = now
      frame.scrollTop += ${pixels}
      if (times.length < ${frames}) requestAnimationFrame(step)
      else resolve(times)
    }
    requestAnimationFrame(step)
  })`)
  return { between, busy: ((await computed()) - before) / frames }
}

/** Milliseconds from a jump to the frame in which all cells in sight have their rows and pictures. */
async function jump(page: Page, share: number): Promise<number> {
  return page.evaluate<number>(`new Promise((resolve) => {
    const frame = document.querySelector('${grid}')
    const began = performance.now()
    frame.scrollTop = frame.scrollHeight * ${share}
    const look = () => {
      const box = frame.getBoundingClientRect()
      const cells = [...frame.querySelectorAll('[role=option]')].filter((cell) => {
        const { top, bottom } = cell.getBoundingClientRect()
        return bottom > box.top && top < box.bottom
      })
      const isThere = cells.length > 0 && cells.every((cell) => cell.querySelector('img')?.complete)
      if (isThere && performance.now() - began > 20) requestAnimationFrame(() => resolve(performance.now() - began))
      else requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })`)
}

/** Milliseconds from a key press to the end of the frame that shows the label. */
async function label(page: Page, key: string, name: string): Promise<number> {
  await page.evaluate(`window.labelled = new Promise((resolve) => {
    addEventListener('keydown', () => {
      const began = performance.now()
      const cell = document.querySelector('${grid} [aria-selected=true]')
      const look = () => {
        if (!cell.textContent.includes('${name}')) return false
        observer.disconnect()
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)))
        return true
      }
      const observer = new MutationObserver(look)
      observer.observe(cell, { subtree: true, childList: true, characterData: true })
    }, { capture: true, once: true })
  }), undefined`)
  await page.keyboard.press(key)
  return page.evaluate<number>('window.labelled')
}

const studio = new StudioServer()
await studio.start()
const browser = await chromium.launch({
  ...installed,
  args: ['--no-sandbox', '--disable-gpu', '--enable-precise-memory-info'],
})
try {
  const id = await project(studio)
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(studio.url)
  await page.getByText('All changes saved').waitFor()
  const began = performance.now()
  await page.goto(`${studio.address}#/projects/${id}/label`)
  await page.locator(`${grid} [role=option] img`).first().waitFor()
  console.log(`${images} images; Label open with its first pictures after ${(performance.now() - began).toFixed(0)} ms`)
  for (const pixels of [8, 80, 800]) {
    const { between, busy } = await scroll(page, pixels, 300)
    report(`scrolling ${pixels} px a frame, between frames`, between)
    console.log(`${''.padEnd(44)} script, style and layout ${busy.toFixed(1)} ms a frame`)
  }
  const nodes = await page.evaluate<number>("document.querySelectorAll('*').length")
  const heap = await page.evaluate<number>('performance.memory.usedJSHeapSize')
  console.log(`elements in the page ${nodes}, JavaScript heap ${(heap / 2 ** 20).toFixed(0)} MiB`)
  const jumps: number[] = []
  for (let i = 1; i < 20; i++) jumps.push(await jump(page, ((i * 7) % 19) / 19))
  report('a jump to rows and pictures never seen', jumps)
  await jump(page, 0)
  await page.locator(`${grid} [aria-posinset="1"]`).click()
  await page.getByRole('checkbox', { name: 'Go on after a label' }).uncheck()
  await page.locator(grid).focus()
  const presses: number[] = []
  for (let i = 0; i < 40; i++) presses.push(await label(page, i % 2 ? '1' : '2', i % 2 ? 'oak' : 'elm'))
  report('key press to painted label', presses)
} finally {
  await browser.close()
  await studio.stop('SIGKILL')
  studio.remove()
}
