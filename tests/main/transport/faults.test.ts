// A fault of this program: its stack is in the log, and whoever gets the error is told where that is.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { errorLine } from '../../../src/main/cli/output.ts'
import { fileLog, memoryLog } from '../../../src/main/log.ts'
import { TaskRunner } from '../../../src/main/services/tasks/task-runner.ts'
import { dispatcherOf } from '../../../src/main/transport/dispatcher.ts'
import { EventHub } from '../../../src/main/transport/event-hub.ts'
import { contract } from '../../../src/shared/contract/index.ts'
import { AppError } from '../../../src/shared/errors.ts'

const fault = (): never => {
  throw new TypeError('x is not a function')
}
const signal = new AbortController().signal

test('of a call and of a task, on the command line too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const log = fileLog(folder)
  const file = join(folder, 'logs', 'studio.log')
  const called: unknown = await dispatcherOf(contract, { system: { version: fault } }, log)
    .call('system', 'version', {}, signal)
    .catch((error: unknown) => error)
  expect(errorLine(AppError.from(called))).toBe(`internal error: x is not a function (log: ${file})\n`)
  const tasks = new TaskRunner(new EventHub(), log)
  const { error } = await tasks.wait(tasks.start({ kind: 'import', project: null, subject: 'photos' }, fault).task)
  expect(error).toEqual({ code: 'internal', message: 'x is not a function', details: { log: file } })
  expect(readFileSync(file, 'utf8')).toMatch(
    /error system\.version\n +TypeError.*\n +at [^]*error task import, photos\n +TypeError.*\n +at /,
  )
})

test('an error of the engine names its own log; a log in memory alone has no place', async () => {
  const own = new AppError('internal', 'crash', { details: { log: '/engine.log' } })
  const told = (thrown: Error, log = memoryLog(undefined, '/studio.log')): Promise<unknown> =>
    dispatcherOf(contract, { system: { version: () => Promise.reject(thrown) } }, log).call('system', 'version', {}, signal)
  await expect(told(own)).rejects.toMatchObject({ details: { log: '/engine.log' } })
  await expect(told(new AppError('not-found', 'x'))).rejects.toMatchObject({ code: 'not-found', details: {} })
  await expect(told(new Error('x'), memoryLog())).rejects.toMatchObject({ code: 'internal', details: {} })
})
