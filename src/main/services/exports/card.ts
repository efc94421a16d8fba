// The card that goes with a model: what it is, what it was made from, how good it is, how it is used.
import { z } from 'zod'
import type { Run } from '../../../shared/contract/runs.ts'
import type { Parity } from './parity.ts'

const values = z.record(z.string(), z.unknown())

/** Of a run's record what the card tells; what an older version did not write is left out. */
export const runRecord = z.object({
  classes: z.array(z.string()).min(1),
  backbone: z.string().optional(),
  method: z.string().optional(),
  methodSettings: values.optional(),
  settings: values.optional(),
  seed: z.number().optional(),
  labelsPerClass: z.array(z.number()).optional().catch(undefined),
  counts: z.object({ labelled: z.number(), unlabelled: z.number(), validation: z.number(), test: z.number() }).optional(),
  recipes: z
    .object({
      evaluation: z.object({ size: z.number(), filter: z.string(), normalize: z.string(), crop: z.object({ shortSide: z.number() }) }),
    })
    .optional()
    .catch(undefined),
  versions: z.record(z.string(), z.string()).optional(),
})

export type RunRecord = z.infer<typeof runRecord>

export interface CardFacts {
  readonly run: Run
  readonly record: RunRecord
  /** Name of the backbone, if it is still known. */
  readonly backbone: string | null
  readonly parity: Parity | null
  readonly sha256: string
  readonly bytes: number
  readonly at: string
}

const normalizations: Readonly<Record<string, string>> = {
  imagenet: '(x / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]',
  symmetric: 'x / 127.5 - 1',
  unit: 'x / 255',
}

export function modelCard({ run, record, backbone, parity, sha256, bytes, at }: CardFacts): string {
  const { counts, classes } = record
  const rows = (entries: Readonly<Record<string, unknown>> | undefined): string[] =>
    Object.entries(entries ?? {}).map(([name, value]) => `| ${cell(name)} | ${cell(JSON.stringify(value))} |`)
  return `${[
    `# ${line(run.name)}`,
    `An image classifier with ${classes.length} classes, trained with Self-Tuning Studio. Exported ${at}.`,
    '## What it was trained on',
    ...(counts
      ? [
          `${counts.labelled} labelled and ${counts.unlabelled} unlabelled images; judged on ${counts.validation} for validation and ${counts.test} for test.`,
        ]
      : []),
    table(
      ['class', ...(record.labelsPerClass ? ['labels used'] : [])],
      classes.map((name, i) => [name, ...(record.labelsPerClass ? [String(record.labelsPerClass[i] ?? 0)] : [])]),
    ),
    `Started from the backbone ${backbone === null ? '' : `${line(backbone)} `}(SHA-256 ${record.backbone ?? 'unknown'}).`,
    '## How good it is',
    `- accuracy on test images: ${percent(run.result?.testAccuracy)}\n- accuracy on validation images: ${percent(run.result?.validationAccuracy)}`,
    'Accuracy is that on images like these; on others, from another camera or place, it can be much lower. Probabilities are not calibrated.',
    '## The file',
    `\`model.onnx\`, ${bytes} bytes, SHA-256 ${sha256}`,
    parityText(parity, run),
    '## Use',
    'Input `image`: uint8 RGB [N, height, width, 3], upright, of any size. Outputs `probabilities` and `logits`: float32 [N, classes], in the order of `labels.txt`.',
    preprocessing(record),
    '- Python: `python predict.py image.jpg` (`pip install onnxruntime pillow numpy`)\n- JavaScript: `node predict.mjs image.jpg` (`npm install onnxruntime-node sharp`)\n- Self-Tuning Studio: `npm run cli -- predict --model "<this folder>" image.jpg`',
    '## How it was trained',
    [
      '| setting | value |',
      '| --- | --- |',
      ...rows({
        method: record.method ?? run.config.method,
        budget: run.config.budget,
        seed: record.seed,
        steps: run.result?.steps,
        'step of the exported weights': run.result?.bestStep,
        ...record.methodSettings,
        ...record.settings,
      }),
    ].join('\n'),
    'Versions: ' +
      Object.entries(record.versions ?? {})
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    '## Licences',
    'Self-Tuning Studio is under the Apache License 2.0 and makes no claim on what is trained with it. The model contains weights of the backbone and was made from your images: their licences decide what may be done with it.',
  ].join('\n\n')}\n`
}

function parityText(parity: Parity | null, { result }: Run): string {
  const training =
    result === null || result.exportDifference === null
      ? ''
      : ` When it was trained, the largest difference of a probability was ${result.exportDifference.toPrecision(2)}.`
  if (!parity) return `It could not be compared with the run's own predictions: they or their images are not there any more.${training}`
  return `Run again with ONNX Runtime on ${parity.images} validation images as they are on the disk: the largest difference of a class probability is ${parity.largestDifference.toPrecision(2)}, and ${parity.sameClass} of ${parity.images} have the same most probable class.${training}`
}

function preprocessing({ recipes }: RunRecord): string {
  const recipe = recipes?.evaluation
  if (!recipe) return 'What images need is done inside the model.'
  const { size, filter, normalize, crop } = recipe
  return `Inside the model, nothing to be done outside: the short side is resized to ${crop.shortSide} pixels (${filter}, antialiased), the middle ${size} x ${size} pixels are cut out and normalised as ${normalizations[normalize] ?? normalize} in each channel.`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const text = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [text(head), text(head.map(() => '---')), ...rows.map(text)].join('\n')
}

/** Names are other people's text. */
function line(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_<>[\]#]/g, '\\$&')
}

function cell(text: string | undefined): string {
  return text === '---' ? text : line(text ?? '').replaceAll('|', '\\|')
}

function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? 'not measured' : `${(share * 100).toFixed(1)} %`
}
