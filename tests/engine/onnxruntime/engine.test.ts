// What the engine promises beyond the conformance suite: errors that name the subject, memory that stays the caller's, float64 and int64 programs.
import { afterAll, expect, test } from 'vitest'
import * as g from '../../../src/core/graph/build.ts'
import type { Program } from '../../../src/core/graph/program.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import { OnnxRuntimeEngine } from '../../../src/engine/backends/onnxruntime/engine.ts'

const engine = new OnnxRuntimeEngine()
afterAll(() => engine.dispose())

function program(feeds: Record<string, Value>, outputs: Record<string, Value>): Program {
  return { feeds, reads: {}, outputs, updates: {} }
}

async function run(p: Program, feeds: Record<string, HostTensor>): Promise<Record<string, HostTensor>> {
  const executable = await engine.compile(p)
  try {
    return await executable.run(await engine.createState({}), feeds)
  } finally {
    executable.dispose()
  }
}

const x = g.input('x', { dtype: 'float32', shape: [2] })
const doubled = program({ x }, { y: g.add(x, x) })

test.each([
  [{}, 'nothing'],
  [{ x: tensor('float32', [3]) }, 'float32[3]'],
  [{ x: tensor('int32', [2]) }, 'int32[2]'],
])('a wrong feed is refused: %o', async (feeds, found) => {
  await expect(run(doubled, feeds)).rejects.toThrow(`the program of y, feed x: expected float32[2], found ${found}`)
})

test('a program that ONNX Runtime cannot build is named', async () => {
  const images = g.input('images', { dtype: 'float64', shape: [1, 1, 3, 3] })
  const filter = g.constant(tensor('float64', [1, 1, 1, 1], [1]))
  await expect(engine.compile(program({ images }, { edges: g.conv(images, filter) }))).rejects.toThrow(
    /ONNX Runtime cannot build the program of edges: .*Conv/,
  )
})

test('a leaf that the program does not declare is an error', async () => {
  await expect(engine.compile(program({}, { y: g.neg(x) }))).rejects.toThrow('leaf x is neither a feed nor a state variable')
})

test('a state of another shape is refused by name', async () => {
  const executable = await engine.compile({ feeds: {}, reads: { weight: x }, outputs: { y: g.neg(x) }, updates: {} })
  const state = await engine.createState({ weight: tensor('float32', [3]) })
  await expect(executable.run(state, {})).rejects.toThrow('state variable weight: expected float32[2], found float32[3]')
})

test('memory shared between threads can be fed', async () => {
  const shared = new Float32Array(new SharedArrayBuffer(8))
  shared.set([1, 2])
  const { y } = await run(doubled, { x: { dtype: 'float32', shape: [2], data: shared } })
  expect(toNumbers(y!)).toEqual([2, 4])
})

test('outputs and feeds stay the caller’s after further runs', async () => {
  const executable = await engine.compile({ feeds: {}, reads: { w: x }, outputs: { w: x }, updates: { w: g.mul(x, 2) } })
  const initial = tensor('float32', [2], [1, 3])
  const state = await engine.createState({ w: initial })
  const first = await executable.run(state, {})
  await executable.run(state, {})
  expect(toNumbers(first.w!)).toEqual([1, 3])
  expect(toNumbers(initial)).toEqual([1, 3])
  expect(toNumbers((await state.read()).w!)).toEqual([4, 12])
})

test('an equal program shares the session, and outlives the first one', async () => {
  const [one, two] = [await engine.compile(doubled), await engine.compile(doubled)]
  one.dispose()
  const { y } = await two.run(await engine.createState({}), { x: tensor('float32', [2], [1, 2]) })
  expect(toNumbers(y!)).toEqual([2, 4])
})

test('float64 keeps its precision', async () => {
  const a = g.input('a', { dtype: 'float64', shape: [1, 2, 4] })
  const vector = (values: number[]): Value => g.constant(tensor('float64', [2], values))
  const { y } = g.batchNormalizationTraining(a, vector([1, 2]), vector([0, 1]))
  const values = [1e5, 1e5 + 1, 1e5 + 2, 1e5 + 3, 0, 1, 2, 3]
  const result = await run(program({ a }, { y }), { a: tensor('float64', [1, 2, 4], values) })
  const normalised = [-1.5, -0.5, 0.5, 1.5].map((d) => d / Math.sqrt(1.25 + 1e-5))
  toNumbers(result.y!).forEach((value, i) => expect(value).toBeCloseTo(i < 4 ? normalised[i]! : 2 * normalised[i - 4]! + 1, 9))
})
