// End-to-end tests of the desktop application: the real Electron. They are skipped, with the reason, where its program is not there.
import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: 'tests/electron',
  outputDir: '.cache/electron',
  timeout: 240_000,
  expect: { timeout: 15_000 },
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  reporter: process.env['TEST_RESULTS'] ? [['list'], ['json', { outputFile: `${process.env['TEST_RESULTS']}/electron.json` }]] : 'list',
  use: { actionTimeout: 15_000, trace: 'retain-on-failure' },
})
