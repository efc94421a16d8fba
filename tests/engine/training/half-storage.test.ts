// A run that stores activations as float16 learns what the run without does.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { train } from '../../../src/engine/training/run.ts'
import { trainRequestSchema } from '../../../src/shared/requests.ts'
import { testContext } from '../../support/job-context.ts'
import { writePhotos } from '../../support/photos.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'

test('loss and accuracy are the same within noise, and run.json says what was set', async () => {
  const place = mkdtempSync(join(tmpdir(), 'half-storage-'))
  const at = (...names: string[]): string => join(place, ...names)
  try {
    await writePhotos(at('photos'), { classes: ['a', 'b', 'c'], images: { train: 12, test: 8 } })
    // Maps of 96 pixels, halved: 8 images of 8 channels are 147,456 elements.
    writeFileSync(at('backbone.onnx'), tinyBackbone({ size: 96 }))
    const run = async (halfActivations: boolean) => {
      const out = at(halfActivations ? 'half' : 'whole')
      const request = trainRequestSchema.parse({
        ...{
          job: 'train',
          images: at('photos'),
          backbone: at('backbone.onnx'),
          method: 'self-tuning',
          labelsPerClass: 4,
          depth: 'all',
          out,
        },
        ...{ steps: 30, batch: 8, seed: 3, threads: 1, imageSize: 96 },
        settings: { projection: 8, bottleneck: 16, validations: 3, halfActivations },
      })
      const context = testContext()
      const { testAccuracy } = await train(request, context)
      const losses = context.events.flatMap((event) => (event.event === 'step' ? [event.loss] : []))
      const { settings } = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as { settings: { halfActivations: boolean } }
      return { testAccuracy, losses, settings, model: readFileSync(join(out, 'model.onnx')) }
    }
    const [whole, half] = [await run(false), await run(true)]
    expect(half.losses[0]).toBe(whole.losses[0])
    const [last = NaN, expected = NaN] = [half, whole].map(({ losses }) => Number(losses.at(-1)))
    expect(Math.abs(last - expected)).toBeLessThan(1e-3 * expected)
    expect(half.testAccuracy).toBe(whole.testAccuracy)
    expect(half.settings.halfActivations).toBe(true)
    expect(half.model.equals(whole.model)).toBe(false)
  } finally {
    rmSync(place, { recursive: true })
  }
})
