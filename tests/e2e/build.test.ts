// The build: the command that the package installs starts the engine and its worker threads from JavaScript files.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { jsonLines, run } from '../support/command-line.ts'
import { root, setting } from './setting.ts'

const { photos, backbone, at } = setting()

test('the built command trains', async () => {
  const bin = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  execFileSync(process.execPath, [bin, 'build', '--logLevel', 'error'], { cwd: root, stdio: 'pipe' })
  const options = [
    '--images',
    photos,
    '--backbone',
    backbone,
    '--method',
    'fine-tuning',
    '--steps',
    '2',
    '--depth',
    'all',
    '--out',
    at('built'),
  ]
  const { code, stdout, stderr } = await run(join(root, 'out/main/cli.js'), ['train', ...options, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(jsonLines(stdout).at(-1)).toMatchObject({ event: 'done' })
})
