// The commands and their options. Names and shapes are an interface that scripts rely on: change them only with a new major version.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { checked } from '../../shared/expected.ts'
import {
  demoRequestSchema,
  evaluateRequestSchema,
  inspectRequestSchema,
  methodsRequestSchema,
  predictRequestSchema,
  trainRequestSchema,
} from '../../shared/requests.ts'
import type { JobRequest } from '../../shared/requests.ts'
import { fromText } from '../../shared/settings.ts'

export interface Invocation {
  request: JobRequest
  json: boolean
}

/** Option values as commander gives them: text, lists of text, or flags. */
type Given = Readonly<Record<string, string | string[] | boolean | undefined>>

/** The program with all its commands; `invoke` is called with a checked request. */
export function makeProgram(invoke: (invocation: Invocation) => void): Command {
  const program = new Command('self-tuning')
  program.description('Train image classifiers from few labels and many unlabelled images.').version(version())

  const add = (signature: string, about: string, schema: z.ZodType<JobRequest>, positional?: string): Command =>
    program
      .command(signature)
      .description(about)
      .option('--json', 'print one JSON object a line, nothing else')
      .action((...input: unknown[]) => {
        const command = input.at(-1) as Command
        const { json, ...options } = command.opts<Given>()
        const given = positional ? { ...options, [positional]: input[0] as string | string[] } : options
        const request = fromText(schema, {
          job: command.name(),
          ...absolute(given),
          ...('set' in given && { settings: settings(given.set) }),
        })
        delete request.set
        invoke({ request: checked(schema, request, (field) => flag(field, positional)), json: json === true })
      })

  add('train', 'train on a folder of images and export model.onnx', trainRequestSchema)
    .option('--images <dir>', 'class/, train/class/ + test/class/, images with a CSV, or CUB-200-2011')
    .option('--backbone <file>', 'pre-trained network, ONNX')
    .option('--method <name>', 'self-tuning or fine-tuning; `methods` lists them with their settings')
    .addOption(new Option('--labels-per-class <n>', 'labels to use of each class').conflicts('labelProportion'))
    .option('--label-proportion <p>', 'share of the labels to use, above 0 to 1 (default: all)')
    .option('--steps <n>', 'training steps (default: by budget)')
    .option('--image-size <px>', 'edge of the square that the network sees')
    .option('--normalize <how>', 'imagenet, symmetric or unit: what the backbone expects (default: what its file says)')
    .option('--batch <n>', 'labelled images a step, and as many unlabelled ones')
    .option('--depth <what>', 'trained part: head, the last N stages, or all (default: by budget)')
    .option('--budget <which>', 'quick, standard or thorough')
    .option('--set <key=value...>', 'settings of the method and of the training, by name')
    .option('--seed <n>', 'start of all random numbers (default: 0)')
    .option('--threads <n>', 'threads to compute with (default: all cores)')
    .option('--resume', 'go on from the checkpoint in --out')
    .option('--out <dir>', 'folder for the model, record, metrics and checkpoints')
  add('evaluate', 'measure a model on a folder of labelled images', evaluateRequestSchema)
    .option('--model <dir>', 'output folder of a training run')
    .option('--images <dir>', 'folder of images with classes')
  add('predict', 'name the class of images', predictRequestSchema, 'images')
    .argument('[images...]', 'image files')
    .option('--model <dir>', 'output folder of a training run')
  add('methods', 'list the methods with settings, ranges and defaults', methodsRequestSchema)
  add('inspect', 'tell what an ONNX file holds and whether it can be trained', inspectRequestSchema, 'file').argument('[file]', 'ONNX file')
  add('demo', 'draw sample images, train on a few labels, compare the methods', demoRequestSchema).option(
    '--out <dir>',
    'folder for images and models',
    'runs/demo',
  )
  return program
}

const paths = new Set(['images', 'backbone', 'model', 'file', 'out'])

/** The engine must find the files wherever it is started. */
function absolute(given: Given): Given {
  const place = (value: Given[string]): Given[string] => {
    if (Array.isArray(value)) return value.map((path) => resolve(path))
    return typeof value === 'string' && value !== '' ? resolve(value) : value
  }
  return Object.fromEntries(Object.entries(given).map(([field, value]) => [field, paths.has(field) ? place(value) : value]))
}

/** `--set` values by name; the engine checks them against the method's schema. */
function settings(pairs: Given[string]): Record<string, string> {
  return Object.fromEntries(
    (Array.isArray(pairs) ? pairs : []).map((pair) => {
      const [, key, value] = /^([A-Za-z]\w*)=(.+)$/s.exec(pair) ?? []
      if (key === undefined || value === undefined)
        throw new AppError('bad-option', `--set: expected key=value, found ${JSON.stringify(pair)}`)
      return [key, value]
    }),
  )
}

/** What the user calls a field. */
function flag(field: string, positional?: string): string {
  if (field === positional) return field === 'file' ? 'FILE' : 'IMAGE'
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string }
  return manifest.version
}
