// Closing while a model trains: the three answers, the habit that settings may have, and what comes in between.
import { expect, test } from 'vitest'
import { Closing } from '../../../src/main/shell/closing.ts'
import type { ClosingAnswer, ClosingParts } from '../../../src/main/shell/closing.ts'
import type { Run } from '../../../src/shared/contract/runs.ts'

const run = { id: 'a', name: 'Stripes', state: 'running' } as Run

interface Played {
  readonly closing: Closing
  /** What was done, in order. */
  readonly done: string[]
}

function play(answer: ClosingAnswer, parts: Partial<ClosingParts> = {}, runs: readonly Run[] = [run]): Played {
  const done: string[] = []
  const does = (what: string) => (): Promise<void> => {
    done.push(what)
    return Promise.resolve()
  }
  const closing = new Closing({
    training: { unfinished: () => Promise.resolve([...runs]), stopAll: does('stop runs') },
    settings: () => Promise.resolve({ whenClosing: 'ask' }),
    ask: () => {
      done.push('ask')
      return Promise.resolve(answer)
    },
    isCopying: () => false,
    askAboutCopy: () => Promise.reject(new Error('nothing is copied')),
    hide: () => void done.push('hide'),
    closeServices: does('close services'),
    quit: () => void done.push('quit'),
    stays: false,
    log: { error: (what) => void done.push(`log ${what}`) },
    ...parts,
  })
  return { closing, done }
}

test.each([
  ['background', ['ask', 'hide'], false],
  ['pause', ['ask', 'close services', 'quit'], true],
  ['stop', ['ask', 'stop runs', 'close services', 'quit'], true],
  ['cancel', ['ask'], false],
] as const)('the answer %s', async (answer, expected, isOver) => {
  const { closing, done } = play(answer)
  await closing.request('window')
  expect([done, closing.isOver]).toEqual([expected, isOver])
})

test('nothing is asked where nothing trains: the application ends, on a Mac its window only', async () => {
  const ends = play('cancel', {}, [])
  await ends.closing.request('window')
  expect(ends.done).toEqual(['close services', 'quit'])
  const stays = play('cancel', { stays: true }, [])
  await stays.closing.request('window')
  expect(stays.done).toEqual(['hide'])
  await stays.closing.request('application')
  expect(stays.done).toEqual(['hide', 'close services', 'quit'])
})

test.each(['background', 'pause'] as const)('nothing is asked where the settings say %s', async (whenClosing) => {
  const { closing, done } = play('cancel', { settings: () => Promise.resolve({ whenClosing }) })
  await closing.request('window')
  expect(done).toEqual(whenClosing === 'background' ? ['hide'] : ['close services', 'quit'])
})

test('who quits is asked, where the habit is that training goes on without the window', async () => {
  const { closing, done } = play('pause', { settings: () => Promise.resolve({ whenClosing: 'background' }) })
  await closing.request('application')
  expect(done).toEqual(['ask', 'close services', 'quit'])
})

test.each([
  ['background', false, ['ask', 'hide']],
  ['pause', false, ['ask', 'ask about the copy']],
  ['pause', true, ['ask', 'ask about the copy', 'close services', 'quit']],
] as const)('while images are copied: %s, and they may be cut off: %s', async (answer, mayEnd, expected) => {
  const { closing, done } = play(answer, {
    isCopying: () => true,
    askAboutCopy: () => {
      done.push('ask about the copy')
      return Promise.resolve(mayEnd)
    },
  })
  await closing.request('window')
  expect(done).toEqual(expected)
})

test('one question at a time; after it has been given up on, another', async () => {
  const answer = Promise.withResolvers<ClosingAnswer>()
  let questions = 0
  const { closing } = play('cancel', {
    ask: () => {
      questions++
      return answer.promise
    },
  })
  const first = closing.request('window')
  await closing.request('application')
  answer.resolve('cancel')
  await first
  expect(questions).toBe(1)
  await closing.request('window')
  expect(questions).toBe(2)
})

test('the machine shuts down while it is asked: the end goes on, whatever is answered then', async () => {
  const answer = Promise.withResolvers<ClosingAnswer>()
  const { closing, done } = play('cancel', { ask: () => answer.promise })
  const asking = closing.request('window')
  await new Promise((resolve) => setImmediate(resolve))
  await closing.end()
  answer.resolve('background')
  await asking
  expect(done).toEqual(['close services', 'quit'])
  await closing.end('stop')
  expect(done).toHaveLength(2)
})

test('what fails on the way does not keep it from ending', async () => {
  const broken = play('stop', {
    training: { unfinished: () => Promise.reject(new Error('no database')), stopAll: () => Promise.reject(new Error('no engine')) },
    closeServices: () => Promise.reject(new Error('no disk')),
  })
  await broken.closing.request('application')
  expect(broken.done).toEqual(['log closing', 'log closing', 'quit'])
})
