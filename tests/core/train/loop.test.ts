// The loop on a problem with one weight: descends a parabola, diverges above a certain rate, stops early, resumes.
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { BatchSource } from '../../../src/core/data/batches.ts'
import * as g from '../../../src/core/graph/build.ts'
import { sgd } from '../../../src/core/nn/optimiser.ts'
import { ProgramBuilder } from '../../../src/core/nn/program-builder.ts'
import { ReferenceEngine } from '../../../src/core/reference/engine.ts'
import { Random } from '../../../src/core/tensor/random.ts'
import { scalar } from '../../../src/core/tensor/tensor.ts'
import type { TrainEvent } from '../../../src/core/train/events.ts'
import { train } from '../../../src/core/train/loop.ts'
import type { LoopOptions, LoopPoint } from '../../../src/core/train/loop.ts'
import type { Validation } from '../../../src/core/train/selection.ts'

const settings: LoopOptions['settings'] = {
  learningRate: 0.1,
  schedule: 'constant',
  milestones: [],
  warmUp: 0,
  validations: 10,
  patience: 0,
}

/** Minimises w^2 from w = 1: a step multiplies w by 1 - 2 * rate, so that it diverges above a rate of 1. */
async function parabola(options: Partial<LoopOptions> & { validation?: (w: number) => Validation; from?: LoopPoint } = {}) {
  const { from } = options
  const initial = from?.state ?? { w: scalar('float32', 1) }
  const builder = new ProgramBuilder(initial)
  const w = builder.get('w')
  const rate = builder.feed('rate', { dtype: 'float32', shape: [] })
  const loss = g.mul(w, w)
  sgd(builder, 'w', g.mul(w, 2), rate, { momentum: 0, nesterov: false, weightDecay: 0 })
  const engine = new ReferenceEngine()
  const state = await engine.createState(initial)
  const events: TrainEvent[] = []
  const kept: number[] = []
  const checkpoints: LoopPoint[] = []
  const weight = async (): Promise<number> => Number((await state.read()).w?.data[0])
  const { validation = (value: number) => ({ accuracy: 1 - Math.min(1, Math.abs(value)), loss: value * value, images: 100 }) } = options
  const source: BatchSource = {
    sampleShape: [],
    next: () => Promise.resolve({ labelled: null, unlabelled: null }),
    state: () => ({ labelled: null, unlabelled: null }),
    close: () => Promise.resolve(),
  }
  const progress = await train({
    executable: await engine.compile(builder.finish({ loss })),
    noise: [],
    state,
    source,
    random: new Random(0),
    steps: 100,
    settings,
    validate: async () => validation(await weight()),
    keep: async () => void kept.push(await weight()),
    checkpoint: (at) => Promise.resolve(void checkpoints.push(at)),
    emit: (event) => events.push(event),
    pause: () => Promise.resolve(),
    signal: new AbortController().signal,
    ...(from && { resume: from }),
    ...options,
  })
  return { progress, events, kept, checkpoints, weight: await weight() }
}

describe('the training loop', () => {
  it('descends, validates ten times and keeps the best', async () => {
    const { progress, events, kept, checkpoints, weight } = await parabola()
    expect(weight).toBeCloseTo(0.8 ** 100, 6)
    expect(events.filter(({ kind }) => kind === 'validation')).toHaveLength(10)
    expect(checkpoints.at(-1)).toMatchObject({ progress, good: null })
    expect(progress.kept?.step).toBe(100)
    expect(kept.at(-1)).toBe(weight)
  })

  it('does the same when validation falls back to guessing, though the loss tells nothing', async () => {
    const seen: number[] = []
    const validation = (w: number): Validation => {
      seen.push(w)
      return { accuracy: seen.length === 4 ? 0.11 : 0.8, loss: 1, images: 100 }
    }
    const { progress, events } = await parabola({ validation, classes: 10 })
    const recoveries = events.filter(({ kind }) => kind === 'recovery')
    expect(recoveries).toEqual([
      { kind: 'recovery', step: 40, reason: 'validation accuracy 0.110 after 0.800', returnedTo: 30, rateScale: 0.5 },
    ])
    expect(progress).toMatchObject({ step: 100, recoveries: 1, rateScale: 0.5 })
    // Again from where the third validation was, in smaller steps.
    expect(seen[4]).toBeCloseTo((seen[2] ?? 0) * 0.9 ** 10, 6)
    const first = await parabola({
      validation: () => ({ accuracy: 0.1, loss: 1, images: 100 }),
      classes: 10,
      before: { accuracy: 0.6, loss: 1, images: 100 },
    })
    expect(first.progress).toMatchObject({ recoveries: 3, kept: null })
    expect(first.weight).toBe(1)
  })

  it.each([Number.NaN, 1e9])('neither keeps nor returns to weights whose validation has a loss of %d', async (ruined) => {
    let validations = 0
    const validation = (w: number): Validation => ({ accuracy: 0.5, loss: ++validations === 3 ? ruined : w * w, images: 30 })
    const { progress, events, kept } = await parabola({ validation })
    const recoveries = events.filter(({ kind }) => kind === 'recovery')
    expect(recoveries).toEqual([{ kind: 'recovery', step: 30, reason: `validation loss ${ruined}`, returnedTo: 20, rateScale: 0.5 }])
    expect(progress).toMatchObject({ step: 100, recoveries: 1 })
    expect(kept).toHaveLength(10)
  })

  it('validates at most as often as it is told to', async () => {
    const { events } = await parabola({ steps: 25 })
    expect(events.filter(({ kind }) => kind === 'validation').map(({ step }) => step)).toEqual([3, 6, 9, 12, 15, 18, 21, 24, 25])
  })

  it('returns to the last good checkpoint and halves the rate when the loss diverges', async () => {
    const { progress, events, weight } = await parabola({ settings: { ...settings, learningRate: 1.5 } })
    const recoveries = events.filter(({ kind }) => kind === 'recovery')
    expect(recoveries).toHaveLength(1)
    expect(recoveries[0]).toMatchObject({ returnedTo: 0, rateScale: 0.5 })
    expect(progress).toMatchObject({ step: 100, recoveries: 1, rateScale: 0.5 })
    expect(Math.abs(weight)).toBeLessThan(1e-6)
  })

  it('shows each step that counts, and no other', async () => {
    const seen: number[] = []
    const observe = (step: number): Promise<void> => Promise.resolve(void seen.push(step))
    const { events } = await parabola({ settings: { ...settings, learningRate: 1.5 }, observe })
    expect(events.some(({ kind }) => kind === 'recovery')).toBe(true)
    expect(seen).toEqual(events.filter(({ kind }) => kind === 'step').map(({ step }) => step))
  })

  it('gives up after halving three times, at the last good weights', async () => {
    const { progress, events, weight } = await parabola({ settings: { ...settings, learningRate: 100 } })
    expect(events.filter(({ kind }) => kind === 'recovery').map((event) => ('rateScale' in event ? event.rateScale : null))).toEqual([
      0.5, 0.25, 0.125, 0,
    ])
    expect(progress).toMatchObject({ recoveries: 3, kept: null })
    expect(weight).toBe(1)
  })

  it('stops early when validation no longer gains, and stays stopped when it goes on from there', async () => {
    const stopping = { settings: { ...settings, patience: 2 }, validation: () => ({ accuracy: 0.5, loss: 1, images: 100 }) }
    const { progress, checkpoints, weight } = await parabola(stopping)
    expect(progress).toMatchObject({ step: 30, stale: 2, kept: { step: 30 } })
    const again = await parabola({ ...stopping, from: checkpoints.at(-1)! })
    expect(again).toMatchObject({ progress, weight, events: [] })
  })

  it('hands out checkpoints less often where they are slow, and always one at the end', async () => {
    const steps: number[] = []
    const checkpoint = async ({ progress }: LoopPoint): Promise<void> => {
      steps.push(progress.step)
      await setTimeout(100)
    }
    await parabola({ checkpoint })
    expect(steps).toEqual([10, 100])
  })

  it('hands out a checkpoint when stopped', async () => {
    const stop = new AbortController()
    const emit = (event: TrainEvent): void => {
      if (event.step === 13) stop.abort()
    }
    const { progress, checkpoints } = await parabola({ signal: stop.signal, emit })
    expect(progress.step).toBe(13)
    expect(checkpoints.at(-1)?.progress).toEqual(progress)
  })

  it('returns after a resume to where it would have returned without the stop', async () => {
    let calls = 0
    const collapsing = (): ((w: number) => Validation) => {
      calls = 0
      return () => ({ accuracy: ++calls === 2 ? 0.1 : 0.8, loss: 1, images: 100 })
    }
    const whole = await parabola({ validation: collapsing(), classes: 10 })
    const stop = new AbortController()
    const emit = ({ step }: TrainEvent): void => {
      if (step === 13) stop.abort()
    }
    const validation = collapsing()
    const first = await parabola({ validation, classes: 10, signal: stop.signal, emit })
    const from = first.checkpoints.at(-1)
    expect(from).toMatchObject({ progress: { step: 13, good: 10 } })
    const second = await parabola({ validation, classes: 10, ...(from && { from }) })
    expect(second.events.find(({ kind }) => kind === 'recovery')).toMatchObject({ step: 20, returnedTo: 10 })
    expect(second.progress).toEqual(whole.progress)
    expect(second.weight).toBe(whole.weight)
  })
})
