// The command line around a fake engine: exit codes, what goes to which stream, crashes, Ctrl-C.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { deviceFacts } from '../../src/main/services/devices/facts.ts'
import { jsonLines, run, start } from '../support/command-line.ts'
import type { Finished, Running } from '../support/command-line.ts'

const cli = join(import.meta.dirname, 'fake/cli.ts')
/** Logs go here. */
const temporary = mkdtempSync(join(tmpdir(), 'command-line-'))
afterAll(() => rmSync(temporary, { recursive: true }))
const env = { TMPDIR: temporary, TEMP: temporary }

const options = (method: string): string[] => ['train', '--images', 'i', '--backbone', 'b', '--method', method, '--out', 'o']
const train = (method: string, ...more: string[]): Promise<Finished> => run(cli, [...options(method), ...more], { env })
const begin = (method: string, ...more: string[]): Running => start(cli, [...options(method), ...more], { env })

test('--json: every line of stdout is one event, nothing else is there', async () => {
  const { code, stdout, stderr } = await train('report', '--json')
  expect(code).toBe(0)
  const events = jsonLines(stdout)
  expect(events.map(({ event }) => event)).toEqual(['start', 'warning', 'step', 'step', 'validation', 'done'])
  expect(events[2]).toEqual({ event: 'step', step: 1, steps: 2, loss: null, seconds: 1 })
  expect(events[5]).toMatchObject({ testAccuracy: 0.875, validationAccuracy: null, seconds: 2, imagesPerSecond: 100, model: '/m' })
  expect(stderr).toBe('')
})

test('for people: progress and a summary on stdout, warnings on stderr', async () => {
  const { code, stdout, stderr } = await train('report')
  expect(code).toBe(0)
  expect(stdout.split('\n')).toEqual([
    'train: report; 2 classes',
    'step 1/2  loss not a number',
    'step 2/2  loss 0.5000  accuracy 100.0 %  100 images/s  0 s left',
    'validation after step 2: 50.0 % (kept)',
    'test accuracy                87.5 %',
    'validation accuracy          - (step 1 of 2)',
    'time                         2 s, 100 images/s',
    'model                        /m',
    'model file against training  largest difference 1.0e-6',
    '',
  ])
  expect(stderr).toBe('warning: /images/x.jpg: not a JPEG\n')
  expect(readdirSync(temporary)).toEqual([])
})

test('training is where it was fastest on its backbone, with the threads that were chosen', async () => {
  const home = mkdtempSync(join(temporary, 'home-'))
  const kept = join(home, 'backbones', 'abcdef0123456789')
  mkdirSync(kept, { recursive: true })
  writeFileSync(join(kept, 'model.onnx'), 'onnx')
  const sha256 = createHash('sha256').update('onnx').digest('hex')
  const record = {
    name: 'tiny',
    bytes: 4,
    sha256,
    normalize: null,
    parameters: 1,
    addedAt: '2026-01-01T00:00:00.000Z',
    model: 'model.onnx',
  }
  writeFileSync(join(kept, 'backbone.json'), JSON.stringify({ ...record, dataFiles: [] }))
  const facts = await deviceFacts()
  const probe = (backbone: object | null, cpu: number) => ({
    ...{ backbone, facts, threads: 3 },
    devices: {
      cpu: { usable: true, reason: '', imagesPerSecond: cpu },
      webgpu: { usable: true, reason: '', imagesPerSecond: 50 },
    },
  })
  const probes = [probe(null, 10), probe({ id: 'abcdef0123456789', name: 'tiny' }, 90)]
  writeFileSync(join(home, 'devices.json'), JSON.stringify({ chosen: 'auto', threads: 3, probes }))
  const placed = async (...more: string[]): Promise<unknown> => {
    const args = [...options('places'), '--backbone', join(kept, 'model.onnx'), '--json', ...more]
    const { stdout } = await run(cli, args, { env: { ...env, SELF_TUNING_HOME: home } })
    return jsonLines(stdout)[0]?.message
  }
  expect(await placed()).toBe('cpu, 3 threads, then webgpu')
  expect(await placed('--backbone', 'another')).toBe('webgpu, 3 threads, then cpu')
  expect(await placed('--device', 'cpu')).toBe('cpu, 3 threads, then undefined')
  rmSync(home, { recursive: true })
})

test('a file problem is the user’s: exit 1, one line that names it', async () => {
  const { code, stdout, stderr } = await train('disk-full', '--json')
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'error: cannot open /out/model.onnx: the disk is full\n' })
  expect(jsonLines(stdout)).toMatchObject([{ event: 'error', code: 'disk-full', details: { path: '/out/model.onnx' } }])
})

test('where no image could be read, nothing was predicted or measured: exit 1 after what there is to tell', async () => {
  const typo = join(temporary, 'typo.jpg')
  const predicted = await run(cli, ['predict', '--model', 'm', typo], { env })
  expect(predicted).toMatchObject({
    code: 1,
    stdout: `${typo}  nothing there\n`,
    stderr: 'error: predict: expected an image that can be read, found none among 1\n',
  })
  const measured = await run(cli, ['evaluate', '--model', 'm', '--images', 'i', '--json'], { env })
  expect(measured.code).toBe(1)
  expect(jsonLines(measured.stdout)).toMatchObject([
    { event: 'done', images: 0 },
    { event: 'error', code: 'bad-data' },
  ])
})

test.each([
  [
    'throws',
    /^internal error: x is not a function \(log: (.+)\)\n$/,
    /TypeError: x is not\na function\n {4}at [^]*caused by Error: the cause/,
  ],
  ['throws-later', /^internal error: from a timer \(log: (.+)\)\n$/, /Error: from a timer\n {4}at /],
  ['killed', /^internal error: the engine process ended unexpectedly \(signal SIGKILL\); .*memory \(log: (.+)\)\n$/, /^$/],
  ['quits', /^internal error: the engine process ended unexpectedly \(exit code 7\) \(log: (.+)\)\n$/, /^$/],
  ['babbles', /^internal error: unreadable message from the engine: .* \(log: (.+)\)\n$/, /^$/],
])('a fault of ours (%s): exit 2, one line with the log’s place', async (method, line, log) => {
  const { code, stderr } = await train(method)
  expect(code).toBe(2)
  expect(stderr).toMatch(line)
  const path = line.exec(stderr)?.[1] ?? ''
  expect(path.startsWith(temporary)).toBe(true)
  expect(readFileSync(path, 'utf8')).toMatch(log)
})

test('Ctrl-C once: the engine ends in its own way, exit 130 and how to go on', async () => {
  const command = begin('wait')
  await command.seen(/waiting/)
  command.process.kill('SIGINT')
  const { code, stderr } = await command.finished
  expect(code).toBe(130)
  expect(stderr).toBe(
    'stopping after a checkpoint; Ctrl-C again stops at once\nstopped after step 3 of 9; the same command with --resume goes on from there\n',
  )
})

test('Ctrl-C twice: ends at once though the engine hears nothing', async () => {
  const command = begin('stuck')
  const pid = Number((await command.seen(/stuck in (\d+)/))[1])
  command.process.kill('SIGINT')
  await command.seen(/again/)
  await setTimeout(550)
  command.process.kill('SIGINT')
  const { code, stderr } = await command.finished
  expect(code).toBe(130)
  expect(stderr).toMatch(/stopped at once/)
  await gone(pid)
})

test('a terminal that sends Ctrl-C to the engine too changes nothing', async () => {
  const command = begin('wait')
  const pid = Number((await command.seen(/waiting in (\d+)/))[1])
  process.kill(pid, 'SIGINT')
  command.process.kill('SIGINT')
  expect((await command.finished).stderr).toMatch(/stopped after step 3 of 9/)
})

describe.skipIf(process.platform === 'win32')('signals', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s to all processes, and again as npm passes it on: the checkpoint is written',
    async (signal) => {
      const command = start(cli, options('writes-slowly'), { env, detached: true })
      const { pid = 0 } = command.process
      await command.seen(/waiting/)
      process.kill(-pid, signal)
      await command.seen(/again/)
      process.kill(pid, signal)
      expect(await command.finished).toMatchObject({ code: 130, stderr: expect.stringMatching(/\nstopped after step 3 of 9;/) as string })
    },
  )

  test('to the engine alone: its job ends in good order', async () => {
    const command = begin('writes-slowly')
    process.kill(Number((await command.seen(/waiting in (\d+)/))[1]), 'SIGTERM')
    expect(await command.finished).toMatchObject({ code: 130, stderr: expect.stringMatching(/^stopped after step 3 of 9;/) as string })
  })
})

test('the engine ends when the command is killed', async () => {
  const command = begin('wait')
  const pid = Number((await command.seen(/waiting in (\d+)/))[1])
  command.process.kill('SIGKILL')
  await command.finished
  await gone(pid)
})

test('a reader that leaves (… | head) ends the job quietly', async () => {
  const command = begin('floods', '--json')
  await command.seen(/"step"/)
  command.process.stdout?.destroy()
  const { code, stderr } = await command.finished
  expect({ code, stderr }).toEqual({ code: 141, stderr: '' })
})

async function gone(pid: number): Promise<void> {
  while (alive(pid)) await setTimeout(20)
  expect(alive(pid)).toBe(false)
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // A zombie waits for its parent and does nothing: in a container nobody may collect it.
    return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
