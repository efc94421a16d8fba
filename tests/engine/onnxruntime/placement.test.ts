// What of a program is computed on the processor instead of the device is told by name, once.
import { expect, test } from 'vitest'
import * as g from '../../../src/core/graph/build.ts'
import { tensor } from '../../../src/core/tensor/tensor.ts'
import { OnnxRuntimeEngine } from '../../../src/engine/backends/onnxruntime/engine.ts'
import { onProcessor } from '../../../src/engine/backends/onnxruntime/placement.ts'
import { whyNoWebgpu } from '../../support/webgpu.ts'

test('a profile tells operators by the provider of their kernels', () => {
  const event = (name: string, provider: string, cat = 'Node') => ({ cat, name, args: { provider } })
  const profile = [
    { cat: 'Session', name: 'model_loading_array' },
    event('Sin/Sin_1_kernel_time', 'CPUExecutionProvider'),
    event('Sin/Sin_2_kernel_time', 'CPUExecutionProvider'),
    event('Add/Add_3_kernel_time', 'WebGpuExecutionProvider'),
    event('Conv/Conv_4_fence_before', 'CPUExecutionProvider'),
  ]
  expect([...onProcessor(JSON.stringify(profile))]).toEqual([['Sin', 2]])
})

const missing = await whyNoWebgpu()

test.skipIf(missing !== null)(`on WebGPU, Sin falls back and Add does not ${missing ?? ''}`, async () => {
  const told: string[] = []
  const engine = new OnnxRuntimeEngine({
    provider: 'webgpu',
    onFallback: (operators, program) => told.push(`${program}: ${[...operators.keys()].join(', ')}`),
  })
  const x = g.input('x', { dtype: 'float32', shape: [4] })
  const executable = await engine.compile({ feeds: { x }, reads: {}, outputs: { y: g.add(g.sin(x), x) }, updates: {} })
  const state = await engine.createState({})
  for (let i = 0; i < 2; i++) await executable.run(state, { x: tensor('float32', [4], [0, 1, 2, 3]) })
  await engine.dispose()
  expect(told).toEqual(['the program of y: Sin'])
})
