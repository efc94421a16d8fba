// Which validation's weights are kept: the latest of those that so few images cannot tell from the best.
import { expect, test } from 'vitest'
import { isClearlyWorse } from '../../../src/core/train/selection.ts'

const validation = (accuracy: number, images: number): Parameters<typeof isClearlyWorse>[0] => ({ accuracy, images, loss: 1 })

test.each([
  // 0.55 of 296 images: a standard error of 0.0289.
  [0.53, 0.55, 296, false],
  [0.52, 0.55, 296, true],
  [0.546, 0.55, 10_000, false],
  [0.54, 0.55, 10_000, true],
  [0.99, 1, 50, true],
  [1, 1, 50, false],
])('%d after %d on %d images: worse %s', (accuracy, best, images, worse) => {
  expect(isClearlyWorse(validation(accuracy, images), validation(best, images))).toBe(worse)
})
