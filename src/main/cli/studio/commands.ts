// The commands on projects and their options. Names and shapes are an interface that scripts rely on.
import { basename } from 'node:path'
import type { Command } from 'commander'
import { labelBudget } from '../../../shared/contract/splits.ts'
import { runConfig } from '../../../shared/contract/runs.ts'
import { AppError } from '../../../shared/errors.ts'
import { checked } from '../../../shared/expected.ts'
import { fromText } from '../../../shared/settings.ts'
import { fromCaller } from '../../caller-folder.ts'
import { flagOf, settingsFrom, trainingOptions } from '../options.ts'
import type { Given } from '../options.ts'
import { devices } from './devices.ts'
import type { DevicesOptions } from './devices.ts'
import { check, create, importImages, label, list as projects, repair, status } from './project.ts'
import type { LabelOptions } from './project.ts'
import { exportModel, list as runs, resume, show, start } from './run.ts'
import type { Action } from './session.ts'

/** @param invoke called with what the user asked for */
export function addStudioCommands(program: Command, invoke: (action: Action, json: boolean) => void): void {
  /** The action's arguments come first, its options next to last, as commander calls it. */
  const add = (
    parent: Command,
    signature: string,
    about: string,
    act: (inputs: (string | string[])[], options: Given) => Action,
  ): Command =>
    parent
      .command(signature)
      .description(about)
      .option('--json', 'print one JSON object a line, nothing else')
      .action((...given: unknown[]) => {
        const command = given.at(-1) as Command
        const { json, ...options } = command.opts<Given>()
        invoke(act(given.slice(0, -2) as (string | string[])[], options), json === true)
      })

  const project = program.command('project').description('projects: folders that hold labels, runs and exports')
  add(project, 'create <dir>', 'make a project, and take in images', ([dir], { name, images }) =>
    create(path(dir), { ...(typeof name === 'string' && { name }), ...(typeof images === 'string' && { images: fromCaller(images) }) }),
  )
    .option('--name <name>', "the project's name (default: the folder's)")
    .option('--images <dir>', 'folder of images to take in; labels and splits where its layout tells them')
  add(project, 'list', 'the projects opened lately', () => projects())
  add(project, 'import <dir> <images>', 'take a folder of images into a project, or look at it again', ([dir, images]) =>
    importImages(path(dir), path(images)),
  )
  add(project, 'label <dir> [files...]', 'label images of a project', ([dir, files], options) =>
    label(path(dir), Array.isArray(files) ? files : [], options as LabelOptions),
  )
    .option('--class <name>', 'the class; made if there is none of that name')
    .option('--clear', 'take the labels away')
    .option('--from <path>', 'take labels over from a CSV (path, label) or a labelled folder')
    .option('--replace', 'with --from: over labels that there are')
  add(project, 'status <dir>', 'images, labels, splits and runs of a project', ([dir]) => status(path(dir)))

  add(project, 'check <dir>', "whether a project's database is whole, and the backups of it", ([dir]) => check(path(dir)))
  add(project, 'repair <dir>', 'rescue what can be read of a damaged database, or go back to a backup', ([dir], { backup }) =>
    repair(path(dir), typeof backup === 'string' ? basename(backup) : undefined),
  ).option('--backup <file>', 'one of those that `project check` lists')

  const run = program.command('run').description("training on a project's labels")
  trainingOptions(
    add(run, 'start <dir>', 'train and wait for the end; Ctrl-C pauses', ([dir], { name, ...options }) =>
      start(path(dir), configOf(options), typeof name === 'string' ? name : undefined),
    )
      .option('--name <name>', "the run's name")
      .option(
        '--backbone <what>',
        'an ONNX file, or the id of a backbone taken in before (default: starter, which comes with the application)',
      ),
  )
  add(run, 'list <dir>', 'the runs of a project', ([dir]) => runs(path(dir)))
  add(run, 'show <dir> <run>', 'one run: settings, progress, result', ([dir, id]) => show(path(dir), String(id)))
  add(run, 'resume <dir> <run>', 'go on with a paused, interrupted, failed or waiting run', ([dir, id]) => resume(path(dir), String(id)))

  add(program, 'devices', 'what training can run on', (_, options) => devices(options as DevicesOptions))
    .option('--probe', 'try each in a process of its own: numbers against expected ones, and speed')
    .option('--backbone <what>', 'measure the speed on this network: an ONNX file or the id of a backbone (default: a small network)')
    .option('--choose <id>', 'what runs take from now on: a device, or auto')

  add(program, 'export <dir> <run>', "write a run's model with card and sample code", ([dir, id], { format, to }) =>
    exportModel(path(dir), String(id), { format: String(format), ...(typeof to === 'string' && { to }) }),
  )
    .option('--format <id>', 'format of the model', 'onnx')
    .option('--to <dir>', "a new folder (default: below the project's exports/)")
}

function path(given: string | string[] | undefined): string {
  return fromCaller(String(given))
}

/** @throws AppError 'bad-option' */
function configOf({ labelsPerClass, labelProportion, set, ...options }: Given): ReturnType<typeof runConfig.parse> {
  const labels = {
    ...(labelsPerClass !== undefined && { perClass: Number(labelsPerClass) }),
    ...(labelProportion !== undefined && { proportion: Number(labelProportion) }),
  }
  if (Object.keys(labels).length > 0 && !labelBudget.safeParse(labels).success)
    throw new AppError(
      'bad-option',
      `--labels-per-class or --label-proportion: expected a number of 1 or more, or a share above 0 to 1, found ${String(labelsPerClass ?? labelProportion)}`,
    )
  const config = { ...fromText(runConfig, options), ...(Object.keys(labels).length > 0 && { labels }), settings: settingsFrom(set) }
  return checked(runConfig, config, flagOf)
}
