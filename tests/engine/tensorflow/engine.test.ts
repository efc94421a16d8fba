// What the TensorFlow engine promises beyond the conformance suite: nothing leaks, filters stay in the layout of the kernels, errors name their subject.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { differentiate } from '../../../src/core/autodiff/differentiate.ts'
import * as g from '../../../src/core/graph/build.ts'
import type { Program } from '../../../src/core/graph/program.ts'
import { ReferenceEngine } from '../../../src/core/reference/engine.ts'
import { tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { Binding } from '../../../src/engine/backends/tensorflow/binding.ts'
import { TensorFlowState } from '../../../src/engine/backends/tensorflow/state.ts'
import { TensorFlowEngine } from '../../../src/engine/backends/tensorflow/engine.ts'
import { lowerProgram } from '../../../src/engine/backends/tensorflow/lower-program.ts'
import { runSteps, trainingProblem } from '../../../src/engine/probe/training-problem.ts'
import { isTensorFlowThere, withoutTensorFlow } from '../../support/tensorflow.ts'

const small = trainingProblem({ batch: 2, size: 16, widths: [4, 4] })

describe('the plan of a training step', () => {
  const plan = lowerProgram(small.program, false)

  it('moves no filter: neither gradients, momentum nor updates', () => {
    expect(plan.reads.get('conv1')?.layout).toBe('filter')
    expect(plan.updates.get('momentum/conv1')?.layout).toBe('filter')
    // The images, and nothing else.
    expect(plan.calls.filter(({ op }) => op === 'Transpose')).toHaveLength(1)
  })

  it('frees every result once, after its last use, but for what it hands over', () => {
    const kept = new Set([...plan.outputs.values(), ...plan.updates.values()].map(({ slot }) => slot))
    const freed = plan.calls.flatMap(({ frees }) => frees)
    const made = [...plan.feeds.values(), ...plan.calls.flatMap(({ outputs }) => outputs)].filter((slot) => !kept.has(slot))
    expect(freed.toSorted((a, b) => a - b)).toEqual(made.toSorted((a, b) => a - b))
    const gone = new Set<number>()
    for (const { inputs, frees } of plan.calls) {
      expect(inputs.filter((slot) => gone.has(slot))).toEqual([])
      for (const slot of frees) gone.add(slot)
    }
  })
})

it('lets go of what it has taken where the rest does not fit, and says so', () => {
  const held = new Set<number>()
  const binding = {
    createTensor: () => {
      if (held.size === 2) throw new Error('Invalid TF_Status: 8\nMessage: OOM when allocating tensor')
      held.add(held.size)
      return held.size - 1
    },
    deleteTensor: (id: number) => void held.delete(id),
  } as unknown as Binding
  const values = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, tensor('float32', [2])]))
  expect(() => new TensorFlowState(binding, values)).toThrow(
    expect.objectContaining({ code: 'out-of-memory', message: 'TensorFlow cannot take a tensor: OOM when allocating tensor' }),
  )
  expect(held.size).toBe(0)
})

describe.skipIf(!isTensorFlowThere)(`the TensorFlow engine${withoutTensorFlow}`, () => {
  let engine: TensorFlowEngine
  beforeAll(() => void (engine = new TensorFlowEngine()))
  afterAll(() => engine.dispose())

  it('holds no more tensors and no more memory after 1,000 steps', async () => {
    const before = engine.tensors
    const executable = await engine.compile(small.program)
    const state = await engine.createState(small.initial)
    const step = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) await executable.run(state, small.feeds)
    }
    await step(200)
    const [tensors, memory] = [engine.tensors, process.memoryUsage.rss()]
    await step(1000)
    expect(engine.tensors).toBe(tensors)
    // The smallest tensor that leaked at each step, 4 KB of pixels, would be as much.
    expect(process.memoryUsage.rss() - memory).toBeLessThan(32 * 2 ** 20)
    executable.dispose()
    state.dispose()
    expect(engine.tensors).toBe(before)
  })

  it('holds no more tensors after a step that failed', async () => {
    const [x, at] = [g.input('x', { dtype: 'float32', shape: [3] }), g.input('at', { dtype: 'int64', shape: [1] })]
    const program: Program = { feeds: { x, at }, reads: {}, outputs: { y: g.gather(g.mul(x, 2), at, 0) }, updates: {} }
    const [executable, state] = [await engine.compile(program), await engine.createState({})]
    const tensors = engine.tensors
    const feeds = { x: tensor('float32', [3]), at: tensor('int64', [1], [7]) }
    await expect(executable.run(state, feeds)).rejects.toThrow(/the program of y, Gather by GatherV2: .*7.* is not in \[0, 3\)/)
    expect(engine.tensors).toBe(tensors)
    executable.dispose()
  })

  it('trains as the reference does', async () => {
    const [expected, found] = [await runSteps(new ReferenceEngine(), small, 3), await runSteps(engine, small, 3)]
    for (const name of small.weights) {
      Array.from(expected[name] ?? []).forEach((value, i) => expect(found[name]?.[i]).toBeCloseTo(value, 4))
    }
  })

  it('reads a variable back as the graph has it, in whatever layout it is kept', async () => {
    const [x, w] = [g.input('x', { dtype: 'float32', shape: [1, 2, 4, 4] }), g.input('w', { dtype: 'float32', shape: [3, 2, 2, 2] })]
    const loss = g.reduceSum(g.conv(x, w))
    const [gradient] = differentiate(loss, [w])
    const program: Program = { feeds: { x }, reads: { w }, outputs: { loss }, updates: { w: g.add(g.mul(w, 2), g.mul(gradient!, 0)) } }
    const values = tensor('float32', w.shape, Array.from({ length: 24 }, (_, i) => i)) // prettier-ignore
    const [executable, state] = [await engine.compile(program), await engine.createState({ w: values })]
    await executable.run(state, { x: tensor('float32', x.shape) })
    expect(toNumbers((await state.read()).w!)).toEqual(toNumbers(values).map((value) => 2 * value))
    executable.dispose()
    state.dispose()
  })

  it('refuses other threads than it began with', () => {
    expect(() => new TensorFlowEngine({ threads: 2 })).toThrow(/expected 1 threads.*found 2/)
  })
})
