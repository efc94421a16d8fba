// A run whose device fails, wherever that happens, goes on: on another device with the same numbers, with less memory, or with smaller batches.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Engine, Executable, Program } from '../../../src/core/graph/program.ts'
import { scalar } from '../../../src/core/tensor/tensor.ts'
import { topological } from '../../../src/core/graph/value.ts'
import { OnnxRuntimeEngine } from '../../../src/engine/backends/onnxruntime/engine.ts'
import { train } from '../../../src/engine/training/run.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { trainRequestSchema } from '../../../src/shared/requests.ts'
import type { TrainRequest } from '../../../src/shared/requests.ts'
import { failing, kindOf } from '../../support/failing-engine.ts'
import type { Fault } from '../../support/failing-engine.ts'
import { testContext } from '../../support/job-context.ts'
import { writePhotos } from '../../support/photos.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'

const place = mkdtempSync(join(tmpdir(), 'fallback-'))
const at = (...names: string[]): string => join(place, ...names)
afterAll(() => rmSync(place, { recursive: true }))

beforeAll(async () => {
  await writePhotos(at('photos'), { classes: ['a', 'b', 'c'], images: { train: 12, test: 4 } })
  writeFileSync(at('backbone.onnx'), tinyBackbone())
})

/** As WebGPU without `shader-f16`. */
function withoutHalf(): Engine {
  const inner = new OnnxRuntimeEngine({ threads: 1 })
  const compile = inner.compile.bind(inner)
  return Object.assign(inner, {
    compile: (program: Program) => {
      const order = topological([...Object.values(program.outputs), ...Object.values(program.updates)])
      if (!order.some(({ outputs }) => outputs.some(({ dtype }) => dtype === 'float16'))) return compile(program)
      return Promise.reject(new AppError('internal', 'Program Cast requires f16 but the device does not support it'))
    },
  })
}

function requestOf(name: string, depth: 'head' | 'all', settings: Record<string, number | boolean | string> = {}): TrainRequest {
  return trainRequestSchema.parse({
    ...{ job: 'train', images: at('photos'), backbone: at('backbone.onnx'), method: 'self-tuning', labelsPerClass: 4, depth },
    ...{ steps: 12, batch: 4, seed: 3, threads: 1, imageSize: 32, out: at(name), fallbacks: ['cpu'] },
    settings: { projection: 8, bottleneck: 16, validations: 3, ...settings },
  })
}

async function run(
  name: string,
  fault: Fault | null,
  settings: Record<string, number | boolean | string> = {},
  open = (): Engine => new OnnxRuntimeEngine({ threads: 1 }),
  depth: 'head' | 'all' = 'all',
) {
  const context = testContext()
  const request = requestOf(name, depth, settings)
  // Features that an earlier run has stored would not be computed.
  process.env.SELF_TUNING_CACHE = at(name, 'cache')
  const opened: (string | undefined)[] = []
  const device = fault && failing(fault)
  const result = await train(request, context, ({ device: wanted }) => {
    opened.push(wanted)
    return Promise.resolve(device && opened.length === 1 ? device : open())
  })
  expect(device?.held.size ?? 0, 'what is left on the device').toBe(0)
  const record = JSON.parse(readFileSync(at(name, 'run.json'), 'utf8')) as { fallbacks: string[] }
  const warnings = context.events.flatMap((event) => (event.event === 'warning' ? [event.message] : []))
  return { opened, warnings, fallbacks: record.fallbacks, model: readFileSync(result.model), steps: result.steps }
}

/** As TensorFlow that was removed since, and as WebGPU without a card: some say so only when they compute. */
const gone: readonly { says: string; open: () => Promise<Engine> }[] = [
  { says: 'is not set up', open: () => Promise.reject(new AppError('unsupported', 'is not set up')) },
  {
    says: 'no adapter',
    open: () =>
      Promise.resolve(Object.assign(new OnnxRuntimeEngine(), { compile: () => Promise.reject(new AppError('internal', 'no adapter')) })),
  },
]

test.each(gone)('a device that is gone ($says): the run is resumed elsewhere, and its weights become a model', async ({ says, open }) => {
  const request = { ...requestOf(`gone-${says}`, 'head'), device: 'tensorflow' }
  const stopped = testContext((event, context) => event.event === 'validation' && context.stop())
  const engine = (): Promise<Engine> => Promise.resolve(new OnnxRuntimeEngine())
  await expect(train(request, stopped, engine)).rejects.toMatchObject({ code: 'stopped' })
  const later = ({ device }: { device?: string | undefined }): Promise<Engine> => (device === 'cpu' ? engine() : open())

  const { fallbacks: _, ...alone } = { ...request, resume: true }
  await expect(train(alone, testContext(), later)).rejects.toMatchObject({ message: says })
  const finished = await train({ ...alone, finish: true }, testContext(), later)
  expect(readFileSync(finished.model).length).toBeGreaterThan(1000)

  const context = testContext()
  expect(await train({ ...request, resume: true }, context, later)).toMatchObject({ steps: 12 })
  const message = `tensorflow failed (${says}): the run goes on with onnxruntime cpu, 1 thread`
  expect(context.events.filter(({ event }) => event === 'warning')).toEqual([expect.objectContaining({ message })])
  expect(JSON.parse(readFileSync(join(request.out, 'run.json'), 'utf8'))).toMatchObject({ fallbacks: [message] })
})

test('a run whose loss is never a number ends with an error that says so, and without a model', async () => {
  const engine = new OnnxRuntimeEngine({ threads: 1 })
  const compile = engine.compile.bind(engine)
  const wrong = async (program: Program): Promise<Executable> => {
    const made = await compile(program)
    const run = made.run.bind(made)
    return kindOf(program) === 'step'
      ? Object.assign(made, {
          run: async (...given: Parameters<typeof run>) => ({ ...(await run(...given)), loss: scalar('float32', NaN) }),
        })
      : made
  }
  const request = requestOf('never', 'all', {})
  const ended = train(request, testContext(), () => Promise.resolve(Object.assign(engine, { compile: wrong })))
  await expect(ended).rejects.toMatchObject({ code: 'diverged' })
  expect(existsSync(join(request.out, 'model.onnx'))).toBe(false)
})

/** What is tried before batches become smaller. */
const leastMemory = { recompute: true, halfActivations: true }

test('a lost device: the run goes on elsewhere from the step before, and the model is the same to the last bit', async () => {
  const whole = await run('whole', null)
  expect(whole).toMatchObject({ opened: [undefined], fallbacks: [], steps: 12 })
  for (const [name, fault] of [
    ['first-step', { code: 'device-lost', run: 1 }],
    ['between-validations', { code: 'device-lost', run: 7 }],
    ['unreadable', { code: 'device-lost', run: 11, unreadable: true }],
  ] as const) {
    const moved = await run(name, fault)
    expect(moved.opened).toEqual([undefined, 'cpu'])
    expect(moved.fallbacks).toEqual([
      expect.stringMatching(/^a device that fails failed .*: the run goes on with onnxruntime cpu, 1 thread$/),
    ])
    expect(moved.warnings).toEqual(expect.arrayContaining(moved.fallbacks))
    expect(moved.model.equals(whole.model), name).toBe(true)
  }
})

const places: readonly Pick<Fault, 'of' | 'when'>[] = [
  { of: 'state' },
  ...(['features', 'priming', 'step', 'evaluation'] as const).flatMap((of) => [
    { of, when: 'compile' as const },
    { of, when: 'run' as const },
  ]),
]

/** With features to compute first, and queues to fill. */
const runHead = (name: string, fault: Fault | null): ReturnType<typeof run> =>
  run(name, fault, { queueStart: 'labelled' }, undefined, 'head')
let wholeHead: ReturnType<typeof run> | undefined

test.each(places)('a device that is lost ($of, $when): the run goes on elsewhere with the same numbers', async (fault) => {
  const whole = await (wholeHead ??= runHead('whole-head', null))
  const moved = await runHead(`lost-${Object.values(fault).join('-')}`, { code: 'device-lost', ...fault, run: 1 })
  expect(moved.opened).toEqual([undefined, 'cpu'])
  expect(moved.fallbacks).toHaveLength(1)
  expect(moved.model.equals(whole.model)).toBe(true)
})

const fixed = places.filter(({ of }) => of === 'features' || of === 'evaluation')

test.each(fixed)('no memory for so many images at a time ($of, $when): fewer are taken, for the same model', async (fault) => {
  const whole = await (wholeHead ??= runHead('whole-head', null))
  const smaller = await runHead(`fewer-${Object.values(fault).join('-')}`, { code: 'out-of-memory', ...fault, run: 1, fits: 3 })
  expect(smaller).toMatchObject({ opened: [undefined], fallbacks: [] })
  expect(smaller.model.equals(whole.model)).toBe(true)
})

test.each([...fixed, { of: 'state' as const }])(
  'none for what a smaller batch would not help ($of, $when): it keeps its batch and moves',
  async (fault) => {
    const whole = await (wholeHead ??= runHead('whole-head', null))
    const moved = await runHead(`none-${Object.values(fault).join('-')}`, { code: 'out-of-memory', ...fault, run: 1 })
    expect(moved.opened).toEqual([undefined, 'cpu'])
    expect(moved.fallbacks).toEqual([expect.stringContaining('the run goes on with onnxruntime cpu, 1 thread')])
    expect(moved.model.equals(whole.model)).toBe(true)
  },
)

test('out of memory: first activations are recomputed, for the same model', async () => {
  const { opened, fallbacks, model } = await run('recomputed', { code: 'out-of-memory', run: 5, passes: true })
  expect(opened).toEqual([undefined])
  expect(fallbacks).toEqual([expect.stringContaining('activations are computed again')])
  expect(model.equals(readFileSync(at('whole', 'model.onnx')))).toBe(true)
})

test('then they are stored as float16', async () => {
  const { opened, fallbacks, steps } = await run('narrowed', { code: 'out-of-memory', run: 5, passes: true }, { recompute: true })
  expect(opened).toEqual([undefined])
  expect(fallbacks).toEqual([expect.stringContaining('in half precision from here on; gradients differ by rounding')])
  expect(steps).toBe(12)
})

test('then the batch is halved, at half the rate, and the run says that its result is another one', async () => {
  const { opened, fallbacks, steps } = await run('halved', { code: 'out-of-memory', run: 5, passes: true }, leastMemory)
  expect(opened).toEqual([undefined])
  expect(fallbacks).toEqual([
    expect.stringMatching(/2 labelled and 2 unlabelled images instead of 4 and 4, at half the learning rate.*another one/),
  ])
  expect(steps).toBe(12)
})

test('then it moves; with nowhere to go it ends with the reason, its checkpoint kept', async () => {
  const moved = await run('moved', { code: 'out-of-memory', run: 5 }, leastMemory)
  expect(moved.opened).toEqual([undefined, 'cpu'])
  expect(moved.fallbacks).toHaveLength(2)
  const request = trainRequestSchema.parse({
    ...{ job: 'train', images: at('photos'), backbone: at('backbone.onnx'), method: 'fine-tuning', depth: 'all', steps: 12, batch: 4 },
    ...{ threads: 1, imageSize: 32, out: at('ended'), settings: { bottleneck: 16 } },
  })
  const ended = train(request, testContext(), () => Promise.resolve(failing({ code: 'device-lost', run: 5 })))
  await expect(ended).rejects.toMatchObject({ code: 'device-lost' })
  expect(readFileSync(at('ended', 'checkpoints/last.safetensors')).length).toBeGreaterThan(1000)
})

const halfBatch =
  'a step takes 2 labelled and 2 unlabelled images instead of 4 and 4, at 0.5 times the learning rate: the result is another one than that of the full batch'
const lessMemory = 'activations are computed again in the backward pass; activations wait for the backward pass in half precision'

test.each([
  { end: 'paused', passes: false, settings: {}, changed: `${lessMemory}; ${halfBatch}` },
  // Its only checkpoint is the one of the step that failed, with the full batch.
  { end: 'killed', passes: true, settings: leastMemory, changed: halfBatch },
])(
  'a run that is $end goes on with what it has changed, and says so: the model is the same',
  async ({ end, passes, settings, changed }) => {
    const fault: Fault = { code: 'out-of-memory', run: 5, passes }
    const whole = await run(`not-${end}`, fault, settings)
    const request = requestOf(end, 'all', settings)
    const context = testContext((event) => {
      if (event.event !== 'validation' || event.step !== 8) return
      if (end === 'killed') throw new Error('killed')
      context.stop()
    })
    const failingFirst = [failing(fault)]
    const open = (): Promise<Engine> => Promise.resolve(failingFirst.pop() ?? new OnnxRuntimeEngine({ threads: 1 }))
    await expect(train(request, context, open)).rejects.toThrow(end === 'paused' ? 'stopped at step 8' : 'killed')

    const resumed = testContext()
    await train({ ...request, resume: true }, resumed, open)
    const message = `what this run changed before it was stopped still holds: ${changed}`
    expect(resumed.events.filter(({ event }) => event === 'warning')).toEqual([expect.objectContaining({ message })])
    expect(JSON.parse(readFileSync(at(end, 'run.json'), 'utf8'))).toMatchObject({ fallbacks: [message] })
    expect(readFileSync(at(end, 'model.onnx')).equals(whole.model)).toBe(true)
  },
)

test('a device that does not store float16: the run says so in one line and does without', async () => {
  const { fallbacks, warnings, model } = await run('wide', null, { halfActivations: true }, withoutHalf)
  expect(fallbacks).toEqual(['onnxruntime cpu, 1 thread does not store float16: activations stay in float32'])
  expect(warnings).toEqual(expect.arrayContaining(fallbacks))
  expect(model.equals(readFileSync(at('whole', 'model.onnx')))).toBe(true)
})

test('another error is not survived', async () => {
  await expect(run('internal', { code: 'internal', run: 3 })).rejects.toMatchObject({ code: 'internal' })
})
