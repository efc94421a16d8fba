// What a network takes a picture for after another normalisation; the numbers are the engine's.
import { expect, test } from 'vitest'
import { normalizations as engine } from '../../../src/core/data/views/normalise.ts'
import { drawnPicture, normalizations, rangeOf, takenFor } from '../../../src/renderer/widgets/pixels.ts'

test('the normalisations are those that the engine computes', () => {
  expect(normalizations).toEqual(engine)
  expect(rangeOf('unit')).toEqual([0, 1])
  expect(rangeOf('symmetric')).toEqual([-1, 1])
  expect(rangeOf('imagenet').map((value) => value.toFixed(2))).toEqual(['-2.12', '2.64'])
})

test('the right choice leaves a picture as it is; another one shows', () => {
  const picture = drawnPicture(12, 9)
  for (const kind of ['imagenet', 'symmetric', 'unit'] as const) expect(takenFor(picture, kind, kind)).toEqual(picture)
  // 0..1 read by a network that was trained with -1..1: the dark half is gone.
  expect([...takenFor(Uint8ClampedArray.of(0, 128, 255, 255), 'unit', 'symmetric')]).toEqual([128, 192, 255, 255])
  expect([...takenFor(Uint8ClampedArray.of(0, 128, 255, 255), 'symmetric', 'unit')]).toEqual([0, 1, 255, 255])
})
