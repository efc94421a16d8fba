// An engine whose training job does what its method's name says: for tests of everything around jobs.
import { setTimeout } from 'node:timers/promises'
import { serveJobs } from '../../../src/engine/host.ts'
import type { Job, JobContext } from '../../../src/engine/job.ts'
import { AppError } from '../../../src/shared/errors.ts'

const result = {
  testAccuracy: 0.875,
  validationAccuracy: null,
  seconds: 2,
  imagesPerSecond: 100,
  model: '/m',
  steps: 2,
  bestStep: 1,
  exportDifference: 1e-6,
}

const behaviours: Record<string, (context: JobContext) => Promise<void> | void> = {
  report: ({ emit }) => {
    emit({ event: 'start', job: 'train', method: 'report', classes: ['a', 'b'], steps: 2 })
    emit({ event: 'warning', message: 'not a JPEG', file: '/images/x.jpg' })
    emit({ event: 'step', step: 1, steps: 2, loss: NaN, seconds: 1 })
    emit({ event: 'step', step: 2, steps: 2, loss: 0.5, accuracy: 1, imagesPerSecond: 100, seconds: 2, remainingSeconds: 0 })
    emit({ event: 'validation', step: 2, accuracy: 0.5, kept: true })
    process.stdout.write('a library that prints\n')
  },
  wait: async ({ emit, signal, pause }) => {
    emit({ event: 'log', message: `waiting in ${process.pid}` })
    while (!signal.aborted) {
      await setTimeout(5)
      await pause()
    }
    throw new AppError('stopped', 'stopped after step 3 of 9; the same command with --resume goes on from there')
  },
  'writes-slowly': async (context) => {
    try {
      await behaviours.wait?.(context)
    } finally {
      await setTimeout(800)
    }
  },
  stuck: ({ emit }) => {
    emit({ event: 'log', message: `stuck in ${process.pid}` })
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  },
  killed: () => void process.kill(process.pid, 'SIGKILL'),
  quits: () => process.exit(7),
  throws: () => {
    throw new TypeError('x is not\na function', { cause: new Error('the cause') })
  },
  'throws-later': async () => {
    globalThis.setTimeout(() => {
      throw new Error('from a timer')
    })
    await setTimeout(60_000)
  },
  babbles: ({ emit }) => emit({ event: 'step', step: -1 } as never),
  'disk-full': () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', path: '/out/model.onnx' })
  },
  floods: async ({ emit, signal, pause }) => {
    for (let step = 1; !signal.aborted; step++) {
      emit({ event: 'step', step, steps: step, loss: 1, seconds: 1 })
      await pause()
    }
    throw new AppError('stopped', 'stopped')
  },
}

const train: Job<'train'> = async ({ method, finish, device, threads, fallbacks }, context) => {
  if (method === 'places') context.emit({ event: 'log', message: `${device}, ${threads} threads, then ${fallbacks?.join(', ')}` })
  if (!finish) await behaviours[method]?.(context)
  return result
}

/** A brief job; it, too, does what its model's name says. */
const evaluate: Job<'evaluate'> = async ({ model }, context) => {
  await behaviours[model]?.(context)
  return { job: 'evaluate', accuracy: 1, images: 0, skipped: 0, classes: [], seconds: 0 }
}

/** None of the files can be read. */
const predict: Job<'predict'> = ({ images = [] }) =>
  Promise.resolve({
    predictions: images.map((image) => ({ image, classes: [], problem: 'nothing there' })),
    images: 0,
    unreadable: images.length,
    classes: [],
    seconds: 0,
  })

/** A light job. */
const methods: Job<'methods'> = () => Promise.resolve({ methods: [], training: [] })

const check: Job<'check'> = ({ batch = 24 }) =>
  Promise.resolve({
    problems: batch === 13 ? [{ field: 'batch', message: 'batch: expected luck, found 13' }] : [],
    phases: [],
    imageSize: 32,
    batch: { labelled: batch, unlabelled: batch },
    // More than any machine has.
    memory: batch === 4096 ? 2 ** 50 : 2 ** 20,
  })

/** Says in which process it was done, as the size of the file. */
const inspect: Job<'inspect'> = async ({ file }, { signal }) => {
  if (file === 'crash') process.kill(process.pid, 'SIGKILL')
  if (file === 'fault') throw new TypeError('x is not a function')
  if (file === 'missing') throw new AppError('not-found', 'missing: expected a file, found none')
  if (file === 'slow') {
    await setTimeout(60_000, null, { signal }).catch(() => undefined)
    throw new AppError('stopped', 'stopped')
  }
  return {
    ...{ file, bytes: process.pid, sha256: '', dataFiles: [], inputs: [], outputs: [], operators: {}, parameters: 0, trainable: true },
    ...{ format: 'onnx', architecture: null, leftOut: [], use: 'all', pixels: null },
    ...{ problems: [], opset: 13, producer: '', metadata: {}, backbone: null },
  }
}

serveJobs({ train, evaluate, predict, methods, check, inspect })
