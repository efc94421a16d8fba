// From `npm start` to a trained model of the sample, as somebody sees it who has never started the application: seconds. `node bench/first-start.ts`
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import type { Page } from '@playwright/test'
import { installed } from '../tests/interface/support/installed.ts'

const limit = { timeout: 300_000 }
const home = mkdtempSync(join(tmpdir(), 'bench-first-start-'))
const begun = performance.now()
const tell = (what: string): void => console.log(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${what}`)

const start = spawn(process.execPath, [join(import.meta.dirname, '../scripts/start.ts'), '--browser', '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  // No browser of its own opens.
  env: { ...process.env, SELF_TUNING_HOME: home, HOME: home, USERPROFILE: home, BROWSER: 'true' },
})

async function address(): Promise<string> {
  let said = ''
  for await (const part of start.stdout) {
    said += String(part)
    const [found] = /http:\/\/\S+/.exec(said) ?? []
    if (found !== undefined) return found
  }
  throw new Error(`expected an address, found ${said}`)
}

/** The run that the form proposes. */
async function train(page: Page): Promise<void> {
  await page.getByRole('contentinfo').getByText('512 images').waitFor(limit)
  tell('the sample is drawn')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Alt+3')
  await page.getByRole('button', { name: 'Start training' }).click(limit)
  const steps = page.locator('.stat', { has: page.getByText('Step', { exact: true }) }).locator('strong')
  await steps.filter({ hasText: /^[1-9]/ }).waitFor(limit)
  tell('the first step is shown')
  await page.getByTestId('run-state').getByText('Done').waitFor(limit)
  tell('there is a model')
}

const browser = await chromium.launch({ ...installed, args: ['--no-sandbox'] })
try {
  const open = await address()
  tell('the address is there')
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' })
  await page.goto(open)
  await train(page)
} finally {
  await browser.close()
  start.kill()
  await new Promise((resolve) => start.once('exit', resolve))
  rmSync(home, { recursive: true, force: true })
}
