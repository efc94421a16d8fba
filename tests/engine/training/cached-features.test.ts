// Features that are kept for later runs belong to the kind of engine that computed them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Engine, Program } from '../../../src/core/graph/program.ts'
import { OnnxRuntimeEngine } from '../../../src/engine/backends/onnxruntime/engine.ts'
import { train } from '../../../src/engine/training/run.ts'
import { trainRequestSchema } from '../../../src/shared/requests.ts'
import { testContext } from '../../support/job-context.ts'
import { writePhotos } from '../../support/photos.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'

const place = mkdtempSync(join(tmpdir(), 'cached-features-'))
const at = (...names: string[]): string => join(place, ...names)
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(place, { recursive: true })
})

beforeAll(async () => {
  await writePhotos(at('photos'), { classes: ['a', 'b', 'c'], images: { train: 8, test: 4 } })
  writeFileSync(at('backbone.onnx'), tinyBackbone())
})

const processor = (): Engine => new OnnxRuntimeEngine({ threads: 1 })

/** A device that rounds features as half precision does. */
function rounding(): Engine {
  const inner = new OnnxRuntimeEngine({ threads: 1 })
  const compile = inner.compile.bind(inner)
  return Object.assign(inner, {
    kind: 'a device that rounds',
    compile: async (program: Program) => {
      const executable = await compile(program)
      const run = executable.run.bind(executable)
      return Object.assign(executable, {
        run: async (...given: Parameters<typeof run>) => {
          const outputs = await run(...given)
          const { features } = outputs
          features?.data.forEach((value, i) => (features.data[i] = Math.f16round(Number(value))))
          return outputs
        },
      })
    },
  })
}

/** @returns the bytes of the model */
async function run(name: string, cache: string, open: () => Engine) {
  vi.stubEnv('SELF_TUNING_CACHE', at(cache))
  const request = trainRequestSchema.parse({
    ...{ job: 'train', images: at('photos'), backbone: at('backbone.onnx'), method: 'fine-tuning', depth: 'head' },
    ...{ steps: 6, batch: 4, threads: 1, imageSize: 32, out: at(name), settings: { bottleneck: 16 } },
  })
  const { model } = await train(request, testContext(), () => Promise.resolve(open()))
  return readFileSync(model)
}

test('a run on the processor is the same to the last bit, whatever a device computed before it', async () => {
  const rounded = await run('rounded', 'shared', rounding)
  const after = await run('after', 'shared', processor)
  expect(after.equals(await run('alone', 'own', processor))).toBe(true)
  expect(after.equals(rounded)).toBe(false)
})
