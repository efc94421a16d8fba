// The form of a run and the run that it means.
import { expect, test } from 'vitest'
import { runConfig } from '../../../src/shared/contract/runs.ts'
import { configOf, draftOf, emptyDraft, numbersOf, restore, withSetting } from '../../../src/renderer/views/train/draft.ts'

const known = new Set(['dropout', 'milestones'])

test('a form makes a run that the services take, and a run makes the form again', () => {
  const draft = { ...emptyDraft, backbone: 'b', depth: '2' as const, proportion: 0.3, steps: 40, settings: { dropout: 0.2, other: 1 } }
  const config = configOf(draft, 'b', known)
  expect(runConfig.parse(config)).toEqual(config)
  expect(config).toMatchObject({ labels: { proportion: 0.3 }, depth: 2, settings: { dropout: 0.2 } })
  expect(draftOf({ config, name: '' })).toEqual({ ...draft, settings: { dropout: 0.2 } })
  expect(configOf({ ...draft, labels: 'perClass', depth: 'all' }, 'b', known)).toMatchObject({ labels: { perClass: 8 }, depth: 'all' })
  expect(configOf({ ...draft, proportion: 1 }, 'b', known)).not.toHaveProperty('labels')
})

test('a setting that is its default again is no change', () => {
  const setting = { name: 'milestones', default: [0.5, 0.75] }
  const changed = withSetting(emptyDraft, setting, [0.1])
  expect(changed.settings).toEqual({ milestones: [0.1] })
  expect(withSetting(changed, setting, [0.5, 0.75]).settings).toEqual({})
  expect(withSetting(changed, setting, null).settings).toEqual({})
})

test('lists of numbers as people write them', () => {
  expect(numbersOf('0.5, 0.75 1;2')).toEqual([0.5, 0.75, 1, 2])
  expect(numbersOf('0.5, x')).toBeNull()
})

test('a draft that cannot be read is an empty one; fields that came later have their defaults', () => {
  expect(restore('{')).toEqual(emptyDraft)
  expect(restore(null)).toEqual(emptyDraft)
  expect(restore('{"seed":3}')).toEqual({ ...emptyDraft, seed: 3 })
})
