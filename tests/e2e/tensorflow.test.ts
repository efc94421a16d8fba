// A run on TensorFlow, in the engine's process: it learns, and is the same however often it is stopped.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { startJob } from '../../src/main/engine/process.ts'
import { trainRequestSchema } from '../../src/shared/requests.ts'
import { isTensorFlowThere, withoutTensorFlow } from '../support/tensorflow.ts'
import { setting } from './setting.ts'

const { photos, backbone, at } = setting()

function run(out: string, resume = false, until?: number): ReturnType<typeof startJob>['result'] {
  const data = { images: photos, backbone, normalize: 'imagenet', labelsPerClass: 4 }
  const training = { method: 'self-tuning', steps: 120, depth: 1, settings: { projection: 64, validations: 6 } }
  const request = trainRequestSchema.parse({
    job: 'train',
    device: 'tensorflow',
    threads: 1,
    seed: 3,
    out: at(out),
    resume,
    ...data,
    ...training,
  })
  const job = startJob(request, (event) => {
    if (event.event === 'validation' && event.step === until) job.stop()
  })
  return job.result
}

describe.skipIf(!isTensorFlowThere)(`a run on TensorFlow${withoutTensorFlow}`, () => {
  it('learns; stopped and resumed, or not: the same model, bit by bit', async () => {
    const done = await run('whole')
    expect(done).toMatchObject({ job: 'train', steps: 120 })
    expect((done as { testAccuracy: number }).testAccuracy).toBeGreaterThan(0.6)
    await expect(run('parts', false, 40)).rejects.toMatchObject({ code: 'stopped' })
    await run('parts', true)
    expect(readFileSync(at('parts/model.onnx')).equals(readFileSync(at('whole/model.onnx')))).toBe(true)
  })
})
