// The commands and their options. Names and shapes are an interface that scripts rely on: change them only with a new major version.
import { Command, Option } from 'commander'
import type { z } from 'zod'
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
import { fromCaller } from '../caller-folder.ts'
import { starterFile } from '../resources.ts'
import { version } from '../version.ts'
import { flagOf, settingsFrom, trainingOptions } from './options.ts'
import type { Given } from './options.ts'
import { addStudioCommands } from './studio/commands.ts'
import type { Action } from './studio/session.ts'

/** One job of the engine, or a command on projects. */
export type Invocation = { readonly json: boolean } & ({ readonly request: JobRequest } | { readonly action: Action })

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
          ...('set' in given && { settings: settingsFrom(given.set) }),
        })
        delete request.set
        invoke({ request: checked(schema, request, (field) => flag(field, positional)), json: json === true })
      })

  trainingOptions(
    add('train', 'train on a folder of images and export model.onnx', trainRequestSchema)
      .option('--images <dir>', 'class/, train/class/ + test/class/, images with a CSV, or CUB-200-2011')
      .addOption(backbone()),
  )
    .option('--threads <n>', 'threads to compute with (default: as chosen in Settings, else all cores)')
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
  add('demo', 'draw sample images, train on a few labels, compare the methods', demoRequestSchema)
    .addOption(backbone())
    .option('--out <dir>', 'folder for images and models', 'runs/demo')
  addStudioCommands(program, (action, json) => invoke({ action, json }))
  return program
}

function backbone(): Option {
  return new Option('--backbone <file>', 'pre-trained network, ONNX').default(
    starterFile(),
    'the starter, which comes with the application',
  )
}

const paths = new Set(['images', 'backbone', 'model', 'file', 'out'])

/** The engine must find the files wherever it is started. */
function absolute(given: Given): Given {
  const place = (value: Given[string]): Given[string] => {
    if (Array.isArray(value)) return value.map(fromCaller)
    return typeof value === 'string' && value !== '' ? fromCaller(value) : value
  }
  return Object.fromEntries(Object.entries(given).map(([field, value]) => [field, paths.has(field) ? place(value) : value]))
}

/** What the user calls a field. */
function flag(field: string, positional?: string): string {
  if (field === positional) return field === 'file' ? 'FILE' : 'IMAGE'
  return flagOf(field)
}
