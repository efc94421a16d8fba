// The endings of images, for all who ask.
import { expect, test } from 'vitest'
import { isPictureName, pictureEndings } from '../../src/shared/picture-names.ts'

test.each(pictureEndings)('%s in any case, at the end, behind a name', (ending) => {
  expect([`a${ending}`, `b/a${ending.toUpperCase()}`].map(isPictureName)).toEqual([true, true])
  expect([ending, `b/${ending}`, `a${ending}x`, `a${ending.slice(1)}`].map(isPictureName)).toEqual([false, false, false, false])
})
