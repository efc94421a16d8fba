// The build: the command that the package installs starts the engine and its worker threads from JavaScript files.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { jsonLines, run } from '../support/command-line.ts'
import { root, setting } from './setting.ts'

const { photos, backbone, at } = setting()

const cli = join(root, 'out/main/cli.js')
/** One that is on the machine beside the package's. */
const olderNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .map((folder) => join(folder, 'node'))
  .find((file) => existsSync(file) && /^v2[0-3]\./.test(spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout))

beforeAll(() => {
  const bin = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  execFileSync(process.execPath, [bin, 'build', '--logLevel', 'error'], { cwd: root, stdio: 'pipe' })
})

test('the built command trains', async () => {
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
  const { code, stdout, stderr } = await run(cli, ['train', ...options, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(jsonLines(stdout).at(-1)).toMatchObject({ event: 'done' })
})

test.skipIf(olderNode === undefined)('an older Node starts it in the one that came with the package', () => {
  const { status, stdout, stderr } = spawnSync(olderNode ?? '', [cli, 'devices', '--json'], {
    encoding: 'utf8',
    env: { ...process.env, SELF_TUNING_HOME: at('home') },
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(jsonLines(stdout).at(-1)).toMatchObject({ event: 'done' })
})
