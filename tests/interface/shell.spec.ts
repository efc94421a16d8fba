// The window itself: ways to the views, the connection, undo everywhere.
import { expect, show, test } from './support/test.ts'

test('a project stays open through a restart of the server, at the same address', async ({ page, studio, photos, expected }) => {
  expected.push(/WebSocket|Failed to load resource|ERR_CONNECTION/)
  const { id } = await studio.project(photos)
  await show(page, studio, id, 'images')
  await expect(page.getByRole('contentinfo')).toContainText('54 images')
  await studio.stop('SIGKILL')
  await expect(page.getByTestId('saved')).toContainText('Connection lost')
  await studio.start()
  await expect(page.getByTestId('saved')).toContainText('saved')
  await expect(page.getByRole('contentinfo')).toContainText('54 images')
})
