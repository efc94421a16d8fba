// Labels on the screen: shown before they are kept, and never another one than the services know once it is over.
import fc from 'fast-check'
import { effectScope } from 'vue'
import { beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { useImageRows } from '../../../src/renderer/views/label/use-image-rows.ts'
import type { ImageRows } from '../../../src/renderer/views/label/use-image-rows.ts'
import { fakePlatform, settled } from '../support/fake-platform.ts'

/** What the services know: labels by image. */
const kept = new Map<number, number | null>()
let asked: number[] = []
const services = fakePlatform({
  images: {
    rows: ({ images }: { images: number[] }) => {
      asked.push(...images)
      return { images: images.map((id) => ({ id, path: `${id}.jpg`, class: kept.get(id) ?? null })) }
    },
  },
})
const scope = effectScope()
let images: ImageRows
let see: (ids: readonly number[]) => void

beforeAll(async () => {
  vi.useFakeTimers()
  services.open('p')
  images = scope.run(useImageRows) as ImageRows
  see = scope.run(images.useSight) as typeof see
  await services.connected('reset')
})
beforeEach(async () => {
  kept.clear()
  services.emit('classes.changed', { project: 'p' } as never)
  await read()
  asked = []
})

async function read(): Promise<void> {
  await settled()
  await vi.runAllTimersAsync()
}
const shown = (...ids: number[]): unknown[] => ids.map((id) => images.rows.get(id)?.class)

test('what could not be saved goes back at once, and what came into sight meanwhile is read when the services are there again', async () => {
  kept.set(1, 7)
  see([1, 2])
  await read()
  const end = images.show([1, 2], () => 3)
  expect(shown(1, 2)).toEqual([3, 3])
  await services.connected('disconnected')
  end(false)
  expect(shown(1, 2)).toEqual([7, null])
  see([1, 2, 9])
  await read()
  // The call had been carried out.
  kept.set(1, 3)
  asked = []
  await services.connected('connected')
  await read()
  expect(asked.toSorted()).toEqual([1, 2, 9])
  expect(shown(1, 2, 9)).toEqual([3, null, null])
})

test('of changes to the same image, whatever becomes of each, what was kept is left', async () => {
  see([1])
  const change = fc.record({
    label: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
    isKept: fc.boolean(),
    isReadBefore: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
      await read()
      const ends = changes.map(({ label, isKept, isReadBefore }) => {
        const end = images.show([1], () => label)
        expect(shown(1)).toEqual([label])
        return async (): Promise<void> => {
          if (isKept) kept.set(1, label)
          // Told by an event before the answer comes.
          if (isReadBefore) {
            services.emit('labels.changed', { project: 'p', images: [1] } as never)
            await read()
          }
          end(isKept)
        }
      })
      for (const end of ends) {
        expect(shown(1)).toEqual([changes.at(-1)?.label])
        await end()
      }
      expect(shown(1)).toEqual([kept.get(1) ?? null])
      await read()
      expect(shown(1)).toEqual([kept.get(1) ?? null])
    }),
  )
})
