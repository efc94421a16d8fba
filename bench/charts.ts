// Line charts in Chromium: making one, and updating it with 50,000 and 4 x 20,000 points (time of the frame that draws).
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from '@playwright/test'
import { build } from 'vite'
import { installed } from '../tests/interface/support/installed.ts'

const shapes = [
  { lines: 1, points: 50_000 },
  { lines: 4, points: 20_000 },
  { lines: 4, points: 500 },
]

const folder = await mkdtemp(join(tmpdir(), 'bench-charts-'))
try {
  await build({
    configFile: false,
    logLevel: 'warn',
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      emptyOutDir: true,
      outDir: folder,
      lib: {
        entry: fileURLToPath(new URL('./charts-page.js', import.meta.url)),
        formats: ['iife'],
        name: 'charts',
        fileName: () => 'charts.js',
      },
    },
  })
  const browser = await chromium.launch({ ...installed, args: ['--no-sandbox', '--disable-gpu'] })
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.setContent('<div id="place"></div>')
  await page.addScriptTag({ path: join(folder, 'charts.js') })
  for (const shape of shapes) {
    const { first, times } = await page.evaluate<{ first: number; times: number[] }>(`charts.measure(${JSON.stringify(shape)})`)
    times.sort((a, b) => a - b)
    const at = (share: number): string => (times[Math.floor(share * (times.length - 1))] ?? NaN).toFixed(1)
    console.log(`${shape.lines} x ${shape.points} points: first ${first.toFixed(1)} ms, update p50 ${at(0.5)} ms, p95 ${at(0.95)} ms`)
  }
  await browser.close()
} finally {
  await rm(folder, { recursive: true, force: true })
}
