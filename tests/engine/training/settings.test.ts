// What a request means in numbers, or why it means nothing, before anything is read or computed.
import { expect, it } from 'vitest'
import { configure } from '../../../src/engine/training/settings.ts'

it('wants as many cached views as a step takes of an image, where features are cached', () => {
  const request = { method: 'self-tuning', settings: { cachedViews: 1 } }
  expect(() => configure(request, false)).toThrow(/cachedViews: expected at least 2, .* found 1/)
  expect(configure({ ...request, depth: 'all' }, false).settings.cachedViews).toBe(1)
  expect(configure({ ...request, method: 'fine-tuning' }, false).settings.cachedViews).toBe(1)
})
