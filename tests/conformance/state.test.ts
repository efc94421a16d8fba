// State and feeds: what every engine promises about variables, whatever it computes with.
import { afterAll, describe, expect, it } from 'vitest'
import * as g from '../../src/core/graph/build.ts'
import { input } from '../../src/core/graph/apply.ts'
import type { Program } from '../../src/core/graph/program.ts'
import type { Value } from '../../src/core/graph/value.ts'
import { tensor, toNumbers } from '../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../src/core/tensor/tensor.ts'
import { engines } from './engines.ts'

const pair = { dtype: 'float32', shape: [2] } as const
const floats = (...values: number[]): HostTensor => tensor('float32', [values.length], values)

function program(parts: Partial<Program>): Program {
  return { feeds: {}, reads: {}, outputs: {}, updates: {}, ...parts }
}

function numbersOf(tensors: Readonly<Record<string, HostTensor>>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(tensors).map(([name, t]) => [name, toNumbers(t)]))
}

/** A counter: a := a + x, and what a was. */
function counter(): Program {
  const [a, x] = [input('a', pair), input('x', pair)]
  return program({ feeds: { x }, reads: { a }, outputs: { before: a }, updates: { a: g.add(a, x) } })
}

describe.each(engines)('state on $name', ({ create }) => {
  const engine = create()
  afterAll(() => engine.dispose())

  async function run(p: Program, variables: Record<string, HostTensor>, feeds: Record<string, HostTensor> = {}, times = 1) {
    const [executable, state] = [await engine.compile(p), await engine.createState(variables)]
    let outputs = {}
    for (let i = 0; i < times; i++) outputs = numbersOf(await executable.run(state, feeds))
    const after = numbersOf(await state.read())
    executable.dispose()
    state.dispose()
    return { outputs, after }
  }

  it('keeps variables between runs', async () => {
    const { outputs, after } = await run(counter(), { a: floats(1, 2) }, { x: floats(10, 20) }, 3)
    expect(outputs).toEqual({ before: [21, 42] })
    expect(after).toEqual({ a: [31, 62] })
  })

  it('writes all updates after all reads: two variables change places', async () => {
    const [a, b] = [input('a', pair), input('b', pair)]
    const swap = program({ reads: { a, b }, updates: { a: b, b: a } })
    expect((await run(swap, { a: floats(1, 2), b: floats(3, 4) })).after).toEqual({ a: [3, 4], b: [1, 2] })
    expect((await run(swap, { a: floats(1, 2), b: floats(3, 4) }, {}, 2)).after).toEqual({ a: [1, 2], b: [3, 4] })
  })

  it('returns the new value of a variable as an output, too', async () => {
    const a = input('a', pair)
    const next = g.mul(a, 3)
    const tripled = program({ reads: { a }, outputs: { a: next, again: next }, updates: { a: next } })
    const { outputs, after } = await run(tripled, { a: floats(1, 2) }, {}, 2)
    expect(outputs).toEqual({ a: [9, 18], again: [9, 18] })
    expect(after).toEqual({ a: [9, 18] })
  })

  it('gives one new value to two variables that then go their own ways', async () => {
    const [a, b] = [input('a', pair), input('b', pair)]
    const next = g.add(a, b)
    const state = await engine.createState({ a: floats(1, 2), b: floats(3, 4) })
    const [both, one] = [
      await engine.compile(program({ reads: { a, b }, updates: { a: next, b: next } })),
      await engine.compile(program({ reads: { a }, updates: { a: g.add(a, 1) } })),
    ]
    await both.run(state, {})
    await one.run(state, {})
    expect(numbersOf(await state.read())).toEqual({ a: [5, 7], b: [4, 6] })
  })

  it('takes a feed or a constant as a new value as it is', async () => {
    const x = input('x', pair)
    const p = program({
      feeds: { x },
      outputs: { x, one: g.constantOf('float32', [1], () => 1) },
      updates: { a: x, b: g.constantOf('float32', [2], (i) => i) },
    })
    const fed = floats(7, 8)
    const [executable, state] = [await engine.compile(p), await engine.createState({ a: floats(0, 0), b: floats(5, 5) })]
    const outputs = await executable.run(state, { x: fed })
    fed.data[0] = -1
    expect(numbersOf(outputs)).toEqual({ x: [7, 8], one: [1] })
    expect(numbersOf(await state.read())).toEqual({ a: [7, 8], b: [0, 1] })
  })

  it('lets executables share a state, and states share an executable', async () => {
    const [first, second] = [await engine.compile(counter()), await engine.compile(counter())]
    const [state, other] = [await engine.createState({ a: floats(0, 0), rest: floats(9) }), await engine.createState({ a: floats(100, 0) })]
    await first.run(state, { x: floats(1, 1) })
    await second.run(state, { x: floats(2, 2) })
    await first.run(other, { x: floats(1, 1) })
    first.dispose()
    await second.run(state, { x: floats(4, 4) })
    expect(numbersOf(await state.read())).toEqual({ a: [7, 7], rest: [9] })
    expect(numbersOf(await other.read(['a']))).toEqual({ a: [101, 1] })
    expect([...state.names].sort()).toEqual(['a', 'rest'])
  })

  it('leaves outputs, what was read and what was written to their owner', async () => {
    const executable = await engine.compile(counter())
    const initial = floats(1, 1)
    const state = await engine.createState({ a: initial })
    initial.data.fill(50 as never)
    const first = await executable.run(state, { x: floats(1, 1) })
    const read = await state.read()
    await executable.run(state, { x: floats(1, 1) })
    expect(numbersOf(first)).toEqual({ before: [1, 1] })
    expect(numbersOf(read)).toEqual({ a: [2, 2] })
    read['a']?.data.fill(70 as never)
    first['before']?.data.fill(70 as never)
    expect(numbersOf(await state.read())).toEqual({ a: [3, 3] })
  })

  it('replaces and adds variables from the host', async () => {
    const state = await engine.createState({ a: floats(1, 1) })
    await state.write({ a: floats(2, 2), late: tensor('int64', [1], [5]) })
    expect(numbersOf(await state.read())).toEqual({ a: [2, 2], late: [5] })
  })

  it('holds every element type', async () => {
    const variables = {
      float: floats(0.5),
      double: tensor('float64', [1], [0.1]),
      int: tensor('int32', [2], [-3, 4]),
      long: tensor('int64', [1], [2 ** 40]),
      byte: tensor('uint8', [2], [0, 255]),
      flag: tensor('bool', [2], [1, 0]),
      nothing: tensor('float32', [0, 3], []),
      scalar: tensor('float32', [], [2]),
    }
    const reads = Object.fromEntries(Object.entries(variables).map(([name, t]) => [name, input(name, t)]))
    const executable = await engine.compile(program({ reads, outputs: reads }))
    const state = await engine.createState(variables)
    expect(await state.read()).toEqual(variables)
    expect(await executable.run(state, {})).toEqual(variables)
  })

  it.each<[what: string, feeds: Record<string, HostTensor>, variables: Record<string, HostTensor>, named: RegExp]>([
    ['a feed that is missing', {}, { a: floats(1, 1) }, /x.*float32\[2\].*nothing/],
    ['a feed of another shape', { x: floats(1, 2, 3) }, { a: floats(1, 1) }, /x.*float32\[2\].*float32\[3\]/],
    ['a feed of another type', { x: tensor('float64', [2]) }, { a: floats(1, 1) }, /x.*float32\[2\].*float64\[2\]/],
    ['a variable that the state lacks', { x: floats(1, 2) }, { b: floats(1, 1) }, /variable a/],
    ['a variable of another shape', { x: floats(1, 2) }, { a: floats(1) }, /a.*float32\[2\].*float32\[1\]/],
  ])('refuses %s by name', async (_, feeds, variables, named) => {
    const [executable, state] = [await engine.compile(counter()), await engine.createState(variables)]
    await expect(executable.run(state, feeds)).rejects.toThrow(named)
    expect(await state.read()).toEqual(variables)
  })

  it('refuses to write a variable of another shape, and changes nothing then', async () => {
    const state = await engine.createState({ a: floats(1, 1), b: floats(2) })
    await expect(state.write({ b: floats(3), a: floats(1, 2, 3) })).rejects.toThrow(/a.*float32\[2\].*float32\[3\]/)
    expect(numbersOf(await state.read())).toEqual({ a: [1, 1], b: [2] })
  })

  it('refuses an update of a variable that the state lacks or that has another shape', async () => {
    const [x, state]: [Value, Awaited<ReturnType<typeof engine.createState>>] = [
      input('x', pair),
      await engine.createState({ b: floats(0) }),
    ]
    const feeds = { x: floats(1, 2) }
    const [missing, misfit] = [program({ feeds: { x }, updates: { a: x } }), program({ feeds: { x }, updates: { b: x } })]
    await expect((await engine.compile(missing)).run(state, feeds)).rejects.toThrow(/variable a/)
    await expect((await engine.compile(misfit)).run(state, feeds)).rejects.toThrow(/b.*float32\[2\].*float32\[1\]/)
    expect(numbersOf(await state.read())).toEqual({ b: [0] })
  })

  it('refuses a program with a leaf that is neither fed nor read', async () => {
    const [a, x] = [input('a', pair), input('x', pair)]
    await expect(engine.compile(program({ feeds: { x }, outputs: { y: g.add(a, x) } }))).rejects.toThrow(/ a .*neither/)
  })

  it('computes nothing but constants where a program has no leaves', async () => {
    expect((await run(program({ outputs: { y: g.reduceSum(g.constantOf('float32', [4], (i) => i)) } }), {})).outputs).toEqual({ y: [6] })
  })
})
