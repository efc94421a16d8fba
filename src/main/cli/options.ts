// Options that training takes, whether on a folder (`train`) or in a project (`run start`).
import { Option } from 'commander'
import type { Command } from 'commander'
import { AppError } from '../../shared/errors.ts'

/** Option values as commander gives them: text, lists of text, or flags. */
export type Given = Readonly<Record<string, string | string[] | boolean | undefined>>

export function trainingOptions(command: Command): Command {
  return command
    .option('--method <name>', 'e.g. self-tuning, fixmatch or fine-tuning; `methods` lists them with their settings')
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
    .option(
      '--device <id>',
      'what to compute on; `devices` lists them (default: the chosen one, else the fastest that was right when tried)',
    )
}

/** The option that sets a field: labelsPerClass -> `--labels-per-class`. */
export function flagOf(field: string): string {
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** `--set` values by name; the engine checks them against the method's schema.
 * @throws AppError 'bad-option' */
export function settingsFrom(pairs: Given[string]): Record<string, string> {
  return Object.fromEntries(
    (Array.isArray(pairs) ? pairs : []).map((pair) => {
      const [, key, value] = /^([A-Za-z]\w*)=(.+)$/s.exec(pair) ?? []
      if (key === undefined || value === undefined)
        throw new AppError('bad-option', `--set: expected key=value, found ${JSON.stringify(pair)}`)
      return [key, value]
    }),
  )
}
