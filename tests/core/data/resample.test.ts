// Resizing in WebAssembly: the compiled module belongs to its source, and where the box lies does not matter.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Image } from '../../../src/core/data/views/image.ts'
import { resize, wholeOf } from '../../../src/core/data/views/resize.ts'

const views = new URL('../../../src/core/data/views/', import.meta.url)

it('the module was compiled from the source as it is (npm run generate:resample)', () => {
  const hash = createHash('sha256')
    .update(readFileSync(new URL('resample.as.ts', views)))
    .digest('hex')
  expect(readFileSync(new URL('resample-wasm.ts', views), 'utf8')).toContain(hash)
})

it('gives the same bytes for a box as for an image of the box alone, however large the image around it', () => {
  // Rows of 30,000 bytes are handed over eight at a time.
  const around: Image = {
    width: 10_000,
    height: 60,
    data: Uint8Array.from({ length: 1_800_000 }, (_, i) => (i * 37 + ((i * i) >> 7)) & 255),
  }
  const size = fc.integer({ min: 1, max: 50 })
  fc.assert(
    fc.property(
      fc.record({ left: fc.integer({ min: 0, max: 9950 }), top: fc.integer({ min: 0, max: 10 }), width: size, height: size }),
      size,
      size,
      fc.constantFrom('bilinear', 'bicubic'),
      fc.boolean(),
      (box, width, height, filter, mirror) => {
        const data = new Uint8Array(box.width * box.height * 3)
        for (let y = 0; y < box.height; y++) {
          const from = ((box.top + y) * around.width + box.left) * 3
          data.set(around.data.subarray(from, from + box.width * 3), y * box.width * 3)
        }
        const alone = { width: box.width, height: box.height, data }
        expect(resize(around, box, width, height, filter, mirror)).toEqual(resize(alone, wholeOf(alone), width, height, filter, mirror))
      },
    ),
  )
})
