// Samplers: every epoch a permutation, whatever the batch; states resume exactly.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BatchDraws } from '../../../src/core/data/draws.ts'
import { EpochSampler, type SamplerState } from '../../../src/core/data/samplers.ts'

const lists = fc.uniqueArray(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 30 })
const sizes = fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 1, maxLength: 8 })

it('draw every image once an epoch, in batches of any size', () => {
  fc.assert(
    fc.property(lists, sizes, fc.integer(), (items, batches, seed) => {
      const sampler = new EpochSampler(items, seed)
      const drawn = batches.flatMap((size) => [...sampler.next(size)])
      expect(drawn).toHaveLength(batches.reduce((a, b) => a + b, 0))
      for (let from = 0; from + items.length <= drawn.length; from += items.length)
        expect(new Set(drawn.slice(from, from + items.length))).toEqual(new Set(items))
      expect(drawn).toEqual([...new EpochSampler(items, seed).next(drawn.length)])
    }),
  )
})

it('go on from a stored state', () => {
  fc.assert(
    fc.property(lists, fc.nat(100), fc.nat(100), fc.integer(), (items, before, after, seed) => {
      const sampler = new EpochSampler(items, seed)
      sampler.next(before)
      const resumed = new EpochSampler(items, seed)
      resumed.state = JSON.parse(JSON.stringify(sampler.state)) as SamplerState
      expect(resumed.next(after)).toEqual(sampler.next(after))
    }),
  )
})

it('shuffle anew each epoch and with each seed', () => {
  const items = Array.from({ length: 50 }, (_, i) => i)
  const sampler = new EpochSampler(items, 1)
  const first = sampler.next(50)
  expect(sampler.next(50)).not.toEqual(first)
  expect(new EpochSampler(items, 2).next(50)).not.toEqual(first)
})

it('number draws through, so that a repeated image gets a new view', () => {
  const draws = new BatchDraws({ labelled: { indices: [3], batch: 2 }, unlabelled: { indices: [1, 2], batch: 3 } }, 0)
  draws.next()
  expect(draws.next()).toMatchObject({ labelled: { first: 2 }, unlabelled: { first: 3 } })
  expect(draws.state).toEqual({ labelled: { drawn: 4 }, unlabelled: { drawn: 6 } })
})

it('need something to draw from', () => {
  expect(() => new EpochSampler([], 0)).toThrow('sampler: expected at least one image to draw from, found none')
})
