// Arguments to requests: what each option becomes, and the one line for each that is wrong.
import { join, resolve } from 'node:path'
import { expect, test, vi } from 'vitest'
import { callerFolder } from '../../src/main/caller-folder.ts'
import { parse } from '../../src/main/cli/run.ts'
import type { Invocation } from '../../src/main/cli/command.ts'
import { starterFile } from '../../src/main/resources.ts'

// Tests may be run by npm, from any folder.
vi.stubEnv('INIT_CWD', undefined)

const needed = ['--images', 'photos', '--backbone', 'net.onnx', '--method', 'self-tuning', '--out', 'run']
const train = (...more: string[]): Invocation | null => parse(['train', ...needed, ...more], nowhere)
const nowhere = { write: () => undefined, columns: undefined }

test('train with nothing but what it needs: paths are absolute, the rest is left to the engine', () => {
  expect(train()).toEqual({
    json: false,
    request: {
      job: 'train',
      images: resolve('photos'),
      backbone: resolve('net.onnx'),
      method: 'self-tuning',
      out: resolve('run'),
      settings: {},
      seed: 0,
      resume: false,
      finish: false,
    },
  })
})

test.each<[string[], object]>([
  [['--labels-per-class', '4'], { labelsPerClass: 4 }],
  [['--label-proportion', '0.15'], { labelProportion: 0.15 }],
  [['--steps', '500'], { steps: 500 }],
  [['--image-size', '160'], { imageSize: 160 }],
  [['--normalize', 'symmetric'], { normalize: 'symmetric' }],
  [['--batch', '24'], { batch: 24 }],
  [['--depth', 'head'], { depth: 'head' }],
  [['--depth', '2'], { depth: 2 }],
  [['--budget', 'quick'], { budget: 'quick' }],
  [['--set', 'temperature=0.1', 'loss=ce', '--set', 'note=a=b c'], { settings: { temperature: '0.1', loss: 'ce', note: 'a=b c' } }],
  [['--seed', '7'], { seed: 7 }],
  [['--threads', '2'], { threads: 2 }],
  [['--device', 'auto'], { device: 'auto' }],
  [['--resume'], { resume: true }],
])('train %j', (args, fields) => {
  expect(train(...args)).toMatchObject({ request: fields })
})

test.each<[string[], object]>([
  [['evaluate', '--model', 'm', '--images', 'i'], { job: 'evaluate', model: resolve('m'), images: resolve('i') }],
  [['predict', '--model', 'm', 'a.jpg', 'b.jpg'], { job: 'predict', model: resolve('m'), images: [resolve('a.jpg'), resolve('b.jpg')] }],
  [['methods', '--json'], { job: 'methods' }],
  [['inspect', 'net.onnx'], { job: 'inspect', file: resolve('net.onnx') }],
  [['demo'], { job: 'demo', backbone: starterFile(), out: resolve('runs/demo') }],
])('%j', (args, request) => {
  expect(parse(args, nowhere)).toEqual({ json: args.includes('--json'), request })
})

test.each<[string[], string]>([
  [['train'], '--images: expected a folder of images, found nothing'],
  [['train', ...needed.slice(2)], '--images: expected a folder of images, found nothing'],
  [['train', ...needed, '--steps', '0'], '--steps: expected a whole number of at least 1, found 0'],
  [['train', ...needed, '--steps', '1.5'], '--steps: expected a whole number of at least 1, found 1.5'],
  [['train', ...needed, '--steps', 'many'], '--steps: expected a whole number of at least 1, found "many"'],
  [['train', ...needed, '--batch', ''], '--batch: expected a whole number from 2 to 4096, found ""'],
  [['train', ...needed, '--seed', '-1'], '--seed: expected a whole number from 0 to 4294967295, found -1'],
  [['train', ...needed, '--label-proportion', '15'], '--label-proportion: expected a number above 0, up to 1, found 15'],
  [['train', ...needed, '--normalize', 'z'], '--normalize: expected one of imagenet, symmetric, unit, found "z"'],
  [['train', ...needed, '--depth', '0'], '--depth: expected head, all or a whole number from 1 to 64, found 0'],
  [['train', ...needed, '--set', 'temperature'], '--set: expected key=value, found "temperature"'],
  [['train', ...needed, '--steps'], "option '--steps <n>' argument missing; --help lists the options"],
  [['train', ...needed, '--stpes', '5'], "unknown option '--stpes' (Did you mean --steps?); --help lists the options"],
  [
    ['train', ...needed, '--labels-per-class', '4', '--label-proportion', '1'],
    "option '--labels-per-class <n>' cannot be used with option '--label-proportion <p>'; --help lists the options",
  ],
  [['predict', '--model', 'm'], 'IMAGE: expected one image or more, found nothing'],
  [['inspect'], 'FILE: expected an ONNX file, found nothing'],
  [['learn'], 'expected a command (train, evaluate, predict, methods, inspect, demo, project, run, devices, export), found "learn"'],
  [
    [],
    'expected a command (train, evaluate, predict, methods, inspect, demo, project, run, devices, export), found none; --help tells more',
  ],
  [['project', 'make'], 'project: expected a command (create, list, import, label, status, check, repair), found "make"'],
  [['project', 'label', 'p', 'a.jpg', '--class', 'c', '--replace'], 'project label: expected --from beside --replace, found none'],
  [['run'], 'run: expected a command (start, list, show, resume), found none; --help tells more'],
  [['run', 'start', 'p', '--backbone', 'b', '--steps', '0'], '--steps: expected a whole number of at least 1, found 0'],
])('%j is refused', (args, message) => {
  expect(() => parse(args, nowhere)).toThrow(expect.objectContaining({ code: 'bad-option', message }))
})

test.each([['--help'], ['--version'], ['train', '--help']])('%s is not a job', (...args) => {
  expect(parse(args, nowhere)).toBeNull()
})

test('paths are meant from where npm was called to run a script of this package, else from the working folder', () => {
  const root = resolve(import.meta.dirname, '../..')
  const called = { INIT_CWD: resolve('/home/me'), npm_package_json: join(root, 'package.json') }
  expect(callerFolder(called, root)).toBe(called.INIT_CWD)
  expect(callerFolder(called, join(root, 'docs'))).toBe(join(root, 'docs'))
  expect(callerFolder({}, root)).toBe(root)
  expect(callerFolder({ ...called, npm_package_json: resolve('/home/me/package.json') }, root)).toBe(root)
})
