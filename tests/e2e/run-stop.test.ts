// What ends a service (systemd signals all of its processes) or closes a terminal: the run under way is paused with its checkpoint.
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { connect } from '../../src/renderer/api/connect.ts'
import { start } from '../support/command-line.ts'
import type { Running } from '../support/command-line.ts'
import { command, root, setting } from './setting.ts'

const { photos, backbone, at } = setting()
process.env.SELF_TUNING_HOME = at('home')
const token = 'a-token-for-this-test-only'
const folder = at('project')

/** In a process group of its own. */
function group(script: string, ...args: string[]): Running {
  const running = start(join(root, 'src/main', script), args, { detached: true })
  onTestFinished(() => signal(running, 'SIGKILL'))
  return running
}

function signal({ process: { pid = 0 } }: Running, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name)
  } catch {
    // They have ended.
  }
}

test.skipIf(process.platform === 'win32')('a command that is ended, a server whose terminal closes', async () => {
  await command('project', 'create', folder, '--images', photos)
  const options = ['--steps', '4000', '--set', 'projection=64', 'validations=40', '--labels-per-class', '4', '--normalize', 'imagenet']
  const training = group('cli.ts', 'run', 'start', folder, '--backbone', backbone, ...options, '--json')
  await training.seen(/"event":"validation"/)
  signal(training, 'SIGTERM')
  const { code, stderr } = await training.finished
  expect([code, stderr]).toEqual([130, expect.stringMatching(/^run .*: paused; `run resume` goes on from there\n$/)])

  const server = group('serve.ts', '--port', '0', '--token', token)
  const [address] = await server.seen(/http:\/\/[\d.]+:\d+\//)
  const connection = connect({ address, token })
  const { api } = connection
  const { id: project } = await api.projects.open({ folder })
  const [paused] = (await api.runs.list({ project })).runs
  expect(paused).toMatchObject({ state: 'paused', hasCheckpoint: true, error: null })
  const stepped = new Promise<void>((done) => connection.on('runs.progress', ({ event }) => event.event === 'step' && done()))
  await api.runs.resume({ project, run: paused?.id ?? '' })
  await stepped
  signal(server, 'SIGHUP')
  expect(await server.finished).toMatchObject({ code: 0, stderr: '' })
  connection.close()

  const listed = await command('run', 'list', folder, '--json')
  const { runs } = JSON.parse(listed.stdout) as { runs: { state: string; progress: { step: { step: number } } }[] }
  expect(runs).toMatchObject([{ state: 'paused', hasCheckpoint: true }])
  expect(runs[0]?.progress.step.step).toBeGreaterThan(paused?.progress.step?.step ?? 4000)
})
