// End-to-end tests of the interface: a real Chromium before the real server, engine, database and files.
import { defineConfig } from '@playwright/test'
import { installed } from './tests/interface/support/installed.ts'

export default defineConfig({
  testDir: 'tests/interface',
  outputDir: '.cache/interface',
  timeout: 120_000,
  expect: { timeout: 15_000 },
  // Two at a time are slower than their time limits on two cores: most of them draw or train.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  reporter: process.env['TEST_RESULTS'] ? [['list'], ['json', { outputFile: `${process.env['TEST_RESULTS']}/interface.json` }]] : 'list',
  use: {
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light',
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'off',
    screenshot: 'only-on-failure',
    actionTimeout: 15_000,
    permissions: ['clipboard-read', 'clipboard-write'],
    launchOptions: {
      ...installed,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
})
