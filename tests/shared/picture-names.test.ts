// The endings of images, for all who ask.
import { expect, test } from 'vitest'
import { isPictureName, pictureEndings } from '../../src/shared/picture-names.ts'

test('each ending in any case, behind a name', () => {
  for (const ending of pictureEndings)
    expect(
      [`a${ending}`, `b/a${ending.toUpperCase()}`, ending, `b/${ending}`, `a${ending}x`, `a${ending.slice(1)}`].map(isPictureName),
    ).toEqual([...[true, true, false, false, false, false]])
})
