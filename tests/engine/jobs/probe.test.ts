// A device is judged by the numbers that it computes.
import { expect, test } from 'vitest'
import { ReferenceEngine } from '../../../src/core/reference/engine.ts'
import { probe } from '../../../src/engine/jobs/probe.ts'
import { runSteps, trainingProblem } from '../../../src/engine/probe/training-problem.ts'
import { testContext } from '../../support/job-context.ts'

test('the processor computes the reference step, and its speed is measured', async () => {
  const found = await probe({ job: 'probe', device: 'cpu', threads: 1 }, testContext())
  expect(found.name).toBe('onnxruntime cpu, 1 thread')
  expect(found.difference).toBeLessThan(1e-4)
  expect(found.imagesPerSecond).toBeGreaterThan(1)
})

test('the reference step moves every weight', async () => {
  const problem = trainingProblem({ batch: 4, size: 12, widths: [4, 8] })
  const trained = await runSteps(new ReferenceEngine(), problem, 1)
  for (const name of problem.weights) expect(trained[name]?.some((value, i) => value !== problem.initial[name]?.data[i])).toBe(true)
})

test('an unknown device, and one that is not there, are refused', async () => {
  await expect(probe({ job: 'probe', device: 'abacus' }, testContext())).rejects.toMatchObject({ code: 'bad-option' })
  // Offered by ONNX Runtime on other platforms only.
  const absent = process.platform === 'darwin' ? 'dml' : 'coreml'
  await expect(probe({ job: 'probe', device: absent }, testContext())).rejects.toMatchObject({ code: 'unsupported' })
})
