// A device is judged by the numbers that it computes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { resultsOf } from '../../../src/core/graph/program.ts'
import { topological } from '../../../src/core/graph/value.ts'
import { ReferenceEngine } from '../../../src/core/reference/engine.ts'
import { scalar, tensor } from '../../../src/core/tensor/tensor.ts'
import { probe, tested, tolerance } from '../../../src/engine/jobs/probe.ts'
import { factsOfStep } from '../../../src/engine/probe/step-facts.ts'
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

test('the reference steps move every weight so far that a gradient that is missing is seen', async () => {
  const problem = trainingProblem(tested)
  const trained = await runSteps(new ReferenceEngine(), problem, 3)
  for (const name of problem.weights) {
    const [values = new Float32Array(), before] = [trained[name], problem.initial[name]?.data]
    const moved = Math.max(...values.map((value, i) => Math.abs(value - Number(before?.[i]))))
    expect(moved / Math.max(...values.map(Math.abs)), name).toBeGreaterThan(5 * tolerance)
  }
})

test('the step that is tested has what networks are made of', () => {
  const { program } = trainingProblem(tested)
  const nodes = topological(resultsOf(program)).map(({ op, attributes }) => ({
    op,
    ...(attributes as { group?: number; strides?: number[] }),
  }))
  const has = (op: string, more: (node: (typeof nodes)[number]) => boolean = () => true): boolean =>
    nodes.some((node) => node.op === op && more(node))
  for (const op of ['Relu', 'MaxPool', 'MaxPoolGradient', 'AveragePoolGradient', 'Gemm']) expect(has(op), op).toBe(true)
  for (const op of ['Conv', 'ConvFilterGradient', 'ConvInputGradient'])
    expect(
      has(op, ({ group }) => group === 8),
      op,
    ).toBe(true)
  for (const op of ['Conv', 'ConvFilterGradient', 'ConvInputGradient'])
    expect(
      has(op, ({ strides }) => strides?.[0] === 2),
      op,
    ).toBe(true)
})

test('a step of a backbone, if one is given, comes to what it does on the processor, and its speed is measured', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'probe-'))
  writeFileSync(join(folder, 'tiny.onnx'), tinyBackbone())
  const request = { job: 'probe', device: 'cpu', threads: 1 } as const
  const found = await probe({ ...request, backbone: join(folder, 'tiny.onnx') }, testContext())
  expect(found.imagesPerSecond).toBeGreaterThan(1)
  const again = await probe({ ...request, backbone: join(folder, 'tiny.onnx'), processor: found.step }, testContext())
  expect(again.step).toEqual(found.step)
  // As if it were the processor that is right, and this the device.
  for (const [what, value] of Object.entries(found.step)) {
    const processor = { ...found.step, [what]: 1.1 * value }
    await expect(probe({ ...request, backbone: join(folder, 'tiny.onnx'), processor }, testContext())).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(`onnxruntime cpu, 1 thread: expected a ${what} of .* as on the processor, found`) as string,
    })
  }
  await expect(probe({ ...request, backbone: join(folder, 'missing.onnx') }, testContext())).rejects.toMatchObject({ code: 'not-found' })
  rmSync(folder, { recursive: true })
})

test('a step whose loss or state is not finite is refused', async () => {
  const state = await new ReferenceEngine().createState({ w: tensor('float32', [2], [3, 4]), 'momentum/w': tensor('float32', [2], [3, 4]) })
  const updates = ['w', 'momentum/w']
  expect(await factsOfStep('x', { loss: scalar('float32', 2) }, state, updates)).toEqual({ loss: 2, gradient: 5 })
  await expect(factsOfStep('x', { loss: scalar('float32', NaN) }, state, updates)).rejects.toMatchObject({ code: 'unsupported' })
  await state.write({ 'momentum/w': tensor('float32', [2], [0, Infinity]) })
  await expect(factsOfStep('x', { loss: scalar('float32', 2) }, state, updates)).rejects.toThrow('found Infinity in momentum/w')
})

test('an unknown device, and one that is not there, are refused', async () => {
  await expect(probe({ job: 'probe', device: 'abacus' }, testContext())).rejects.toMatchObject({ code: 'bad-option' })
  // Offered by ONNX Runtime on other platforms only.
  const absent = process.platform === 'darwin' ? 'dml' : 'coreml'
  await expect(probe({ job: 'probe', device: absent }, testContext())).rejects.toMatchObject({ code: 'unsupported' })
})
