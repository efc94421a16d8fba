// Readings of the meter, by a clock that is set.
import { afterEach, expect, test, vi } from 'vitest'
import { scalar } from '../../../src/core/tensor/tensor.ts'
import { StepMeter } from '../../../src/core/train/meter.ts'

let now = 0
vi.spyOn(performance, 'now').mockImplementation(() => now)
afterEach(() => void (now = 0))

const part = { indices: new Int32Array(3), labels: new Int32Array(3), views: [new Float32Array(3), new Float32Array(3)] }
const outputs = { loss: scalar('float32', 1) }

async function until(time: number): Promise<void> {
  await Promise.resolve()
  now = time
}

test('the share of waiting is that of all steps; what lies between pause and restart is no part of them', async () => {
  const meter = new StepMeter()
  await meter.waiting(until(30))
  now = 40
  expect(meter.read(outputs, { labelled: part, unlabelled: null })).toMatchObject({ waitingShare: 30 / 40, imagesPerSecond: 6000 / 40 })
  meter.pause()
  now = 1000
  meter.restart()
  await meter.waiting(until(1010))
  now = 1020
  expect(meter.read(outputs, { labelled: part, unlabelled: null })).toMatchObject({ waitingShare: 40 / 60, imagesPerSecond: 6000 / 20 })
})

test('a batch that fails was waited for, too', async () => {
  const meter = new StepMeter()
  await expect(meter.waiting(until(10).then(() => Promise.reject(new Error('broken'))))).rejects.toThrow('broken')
  now = 20
  expect(meter.read(outputs, { labelled: null, unlabelled: null }).waitingShare).toBe(0.5)
})
