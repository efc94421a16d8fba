// The interface: from opening it to a usable Start view, cold and warm, and what it weighs. `node bench/interface.ts [repeats]`
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { chromium } from '@playwright/test'
import { StudioServer } from '../tests/interface/support/studio.ts'
import { installed } from '../tests/interface/support/installed.ts'
import { median } from './statistics.ts'

const repeats = Number(process.argv[2] ?? 5)
/** Bytes of JavaScript, gzipped, before the Start view can be used. */
const goal = 250_000
const pages = join(import.meta.dirname, '../out/renderer')

interface Start {
  /** Milliseconds from the navigation to the first paint with content, and to a Start view that is connected. */
  readonly painted: number
  readonly usable: number
  /** Addresses of what was loaded. */
  readonly loaded: readonly string[]
}

/** One page from its address on. @param folder of the browser's profile: what it has cached */
async function start(folder: string, studio: StudioServer): Promise<Start> {
  const context = await chromium.launchPersistentContext(folder, {
    ...installed,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  })
  try {
    // The cookie first, outside the page's cache: it belongs to no start.
    await context.request.get(studio.url)
    const page = await context.newPage()
    const loaded: string[] = []
    page.on('requestfinished', (request) => loaded.push(request.url()))
    const begun = performance.now()
    await page.goto(studio.address, { waitUntil: 'commit' })
    await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor()
    await page.getByText('All changes saved').waitFor()
    const usable = performance.now() - begun
    const painted = await page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN")
    return { painted, usable, loaded }
  } finally {
    await context.close()
  }
}

const gzipped = (file: string): number => gzipSync(readFileSync(file)).length
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`
const line = (name: string, ...cells: readonly string[]): void =>
  console.log(`${name.padEnd(34)}${cells.map((cell) => cell.padStart(14)).join('')}`)

async function measure(): Promise<readonly string[]> {
  const studio = new StudioServer()
  await studio.start()
  const cold: Start[] = []
  const warm: Start[] = []
  try {
    for (let i = 0; i < repeats; i++) {
      const folder = mkdtempSync(join(tmpdir(), 'bench-interface-'))
      try {
        cold.push(await start(folder, studio))
        warm.push(await start(folder, studio))
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    }
  } finally {
    await studio.stop('SIGKILL')
    studio.remove()
  }
  line(`start, medians of ${repeats}`, 'first paint', 'usable')
  for (const [name, starts] of Object.entries({ cold, warm }))
    line(name, ...(['painted', 'usable'] as const).map((what) => `${median(starts.map((one) => one[what])).toFixed(0)} ms`))
  return cold[0]?.loaded ?? []
}

const loaded = new Set((await measure()).map((address) => basename(new URL(address).pathname)))
console.log('')
const files = globSync('assets/*', { cwd: pages }).map((file) => join(pages, file))
const total = (wanted: (file: string) => boolean): number => files.filter(wanted).reduce((sum, file) => sum + gzipped(file), 0)
const isInitial = (file: string): boolean => loaded.has(basename(file))
line('gzipped', 'for the start', 'in all')
for (const kind of ['js', 'css', 'woff2'])
  line(kind, kilobytes(total((file) => file.endsWith(kind) && isInitial(file))), kilobytes(total((file) => file.endsWith(kind))))
console.log('\nlargest scripts of the start')
for (const file of files
  .filter((one) => one.endsWith('.js') && isInitial(one))
  .toSorted((a, b) => gzipped(b) - gzipped(a))
  .slice(0, 6))
  line(`  ${basename(file)}`, kilobytes(gzipped(file)))
const initial = total((file) => file.endsWith('.js') && isInitial(file))
console.log(`\ninitial JavaScript: ${kilobytes(initial)} of at most ${kilobytes(goal)}${initial > goal ? ': too much' : ''}`)
if (initial > goal) process.exitCode = 1
