// A device is judged by the numbers that it computes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ReferenceEngine } from '../../../src/core/reference/engine.ts'
import { probe } from '../../../src/engine/jobs/probe.ts'
import { runSteps, trainingProblem } from '../../../src/engine/probe/training-problem.ts'
import { testContext } from '../../support/job-context.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'

test('the processor computes the reference step, and its speed is measured', async () => {
  const found = await probe({ job: 'probe', device: 'cpu', threads: 1 }, testContext())
  expect(found.name).toBe('onnxruntime cpu, 1 thread')
  expect(found.difference).toBeLessThan(1e-4)
  expect(found.imagesPerSecond).toBeGreaterThan(1)
  expect(found.onProcessor).toEqual([])
})

test('the reference step moves every weight', async () => {
  const problem = trainingProblem({ batch: 4, size: 12, widths: [4, 8] })
  const trained = await runSteps(new ReferenceEngine(), problem, 1)
  for (const name of problem.weights) expect(trained[name]?.some((value, i) => value !== problem.initial[name]?.data[i])).toBe(true)
})

test('the speed is measured on a backbone, if one is given', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'probe-'))
  writeFileSync(join(folder, 'tiny.onnx'), tinyBackbone())
  const request = { job: 'probe', device: 'cpu', threads: 1 } as const
  const found = await probe({ ...request, backbone: join(folder, 'tiny.onnx') }, testContext())
  expect(found.imagesPerSecond).toBeGreaterThan(1)
  await expect(probe({ ...request, backbone: join(folder, 'missing.onnx') }, testContext())).rejects.toMatchObject({ code: 'not-found' })
  rmSync(folder, { recursive: true })
})

test('an unknown device, and one that is not there, are refused', async () => {
  await expect(probe({ job: 'probe', device: 'abacus' }, testContext())).rejects.toMatchObject({ code: 'bad-option' })
  // Offered by ONNX Runtime on other platforms only.
  const absent = process.platform === 'darwin' ? 'dml' : 'coreml'
  await expect(probe({ job: 'probe', device: absent }, testContext())).rejects.toMatchObject({ code: 'unsupported' })
})
