// The tour goes along: what a person does moves it on, going back does not, and no step is left that cannot be done yet.
import { expect, test } from 'vitest'
import { follow, stepAfter, steps } from '../../../src/renderer/tour/steps.ts'
import type { Situation, StepId } from '../../../src/renderer/tour/steps.ts'

const start: Situation = { view: 'images', labelled: 224, runs: 0, models: 0, exports: 0 }
/** Where the tour is after each change. */
function walk(from: StepId, ...changes: readonly Partial<Situation>[]): (StepId | null)[] {
  let [step, now, then]: [StepId | null, Situation, Situation] = [from, start, start]
  return changes.map((change) => {
    const before = now
    now = { ...now, ...change }
    const next = step && follow(step, now, before, then)
    if (next !== step) then = now
    return (step = next)
  })
}

test('a step whose action is done goes on by itself, to the end', () => {
  expect(
    walk(
      'images',
      { view: 'label' },
      { labelled: 226 },
      { labelled: 227 },
      { view: 'train' },
      { runs: 1 },
      { models: 1 },
      { view: 'results' },
      { view: 'export' },
      { exports: 1 },
    ),
  ).toEqual(['label', 'label', 'train', 'train', 'watch', 'results', 'results', 'export', null])
})

test('going on to a later view takes the tour along, as far as it makes sense; going back or away does not', () => {
  expect(walk('images', { view: 'train' })).toEqual(['train'])
  expect(walk('label', { view: 'results' }, { view: 'train' })).toEqual(['label', 'train'])
  expect(walk('label', { view: 'images' }, { view: null }, { view: 'predict' })).toEqual(['label', 'label', 'label'])
  expect(walk('watch', { view: 'label', models: 0 }, { view: 'train' })).toEqual(['watch', 'watch'])
})

test('what was there before counts for nothing', () => {
  const before = { ...start, view: 'train' as const, runs: 3, models: 2 }
  expect(follow('train', before, { ...before, view: 'label' }, before)).toBe('train')
  expect(follow('train', { ...before, runs: 4 }, before, before)).toBe('watch')
})

test('the steps in order', () => {
  expect(stepAfter('images', -1)).toBeNull()
  expect(stepAfter('export', 1)).toBeNull()
  expect(steps.map(({ id }) => stepAfter(id, 1))).toEqual([...steps.slice(1).map(({ id }) => id), null])
})
