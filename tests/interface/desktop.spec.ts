// What only the window shows, in Chromium before a bridge that stands for Electron's: the services answer through the server.
import type { Page } from '@playwright/test'
import { expect, test } from './support/test.ts'

/** @param known whether this build names where its releases are */
async function settings(page: Page, address: string, known: boolean): Promise<void> {
  await page.addInitScript(
    ([isKnown]) => {
      const call = async ({ service, method, body }: { service: string; method: string; body: string }): Promise<string> => {
        if (service === 'desktop') return JSON.stringify({ result: method === 'releases' ? { known: isKnown } : { state: 'unknown' } })
        const headers = { 'Content-Type': 'application/json' }
        return (await fetch(`/api/${service}/${method}`, { method: 'POST', headers, body })).text()
      }
      const subscribe = (channel: string, receive: (text: string) => void): object => ({
        send: () => channel === 'events' && setTimeout(() => receive(JSON.stringify({ position: { epoch: 'one', sequence: 0 } }))),
        close: () => undefined,
      })
      Object.assign(globalThis, { studio: { call, subscribe, pathOf: () => '' } })
    },
    [known],
  )
  await page.goto(`${address}#/settings`)
  await page.reload()
}

test('newer versions: where no place of releases is known, the switch is off and says why', async ({ page, studio }) => {
  await studio.api.system.updateSettings({ checkForUpdates: true })
  await settings(page, studio.address, false)
  await expect(page.getByText('This build names no place where releases are, so there is nothing to ask.')).toBeVisible()
  const choice = page.getByRole('radiogroup', { name: 'Check for newer versions' })
  for (const name of ['Off', 'On']) await expect(choice.getByRole('radio', { name })).toBeDisabled()
  await expect(choice.getByRole('radio', { name: 'Off' })).toBeChecked()
  await expect(page.getByRole('button', { name: 'Check now' })).toBeHidden()
})

test('newer versions: where it is known, the switch is kept', async ({ page, studio }) => {
  await settings(page, studio.address, true)
  const choice = page.getByRole('radiogroup', { name: 'Check for newer versions' })
  await choice.getByRole('radio', { name: 'On' }).click()
  await expect(choice.getByRole('radio', { name: 'On' })).toBeChecked()
  await expect.poll(async () => (await studio.api.system.settings({})).checkForUpdates).toBe(true)
  await expect(page.getByRole('button', { name: 'Check now' })).toBeVisible()
})
