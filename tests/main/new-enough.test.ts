// Programs in a Node that is too old: as if the one that came with the package had been called.
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { nodeBinary } from '../../src/main/engine/node-binary.ts'
import { run, start } from '../support/command-line.ts'

const program = join(import.meta.dirname, 'fake/old-node.ts')
const old = { env: { PRETENDED_NODE: '20.11.1' } }
const said = (words: string): object => ({ stdout: `in ${process.versions.node}: ${words}\n`, stderr: 'and an error\n' })

test('in a Node that is new enough the program runs in this process', async () => {
  expect(await run(program, ['0'])).toEqual({ code: 0, ...said('["0"]') })
  expect(nodeBinary()).toBe(process.execPath)
})

test('in an older one it starts again: words, output and exit code are those of the program', async () => {
  expect(nodeBinary('20.11.1')).toMatch(/node[/\\]bin[/\\]node/)
  expect(await run(program, ['7'], old)).toEqual({ code: 7, ...said('["7"]') })
})

// On Windows there are no signals to pass on: a console tells all of its processes.
describe.skipIf(process.platform === 'win32')('signals', () => {
  test('are passed on, and it ends as the program does', async () => {
    const running = start(program, ['3', 'waits', 'orderly'], old)
    await running.seen(/and an error/)
    running.process.kill('SIGTERM')
    const { code, stdout } = await running.finished
    expect([code, stdout]).toEqual([3, expect.stringContaining('told to stop')])
  })

  test('that end the program end it too', async () => {
    const running = start(program, ['0', 'waits'], old)
    await running.seen(/and an error/)
    running.process.kill('SIGTERM')
    await running.finished
    expect(running.process.signalCode).toBe('SIGTERM')
  })
})
