// The plain summary of each job's result.
import type { JobResult, ResultOf, Setting } from '../../shared/results.ts'
import { duration, percent, significant, table, thousands } from './format.ts'

export function summary(result: JobResult): string {
  switch (result.job) {
    case 'train':
      return trained(result)
    case 'evaluate':
      return evaluated(result)
    case 'predict':
      return predicted(result)
    case 'methods':
      return listed(result)
    case 'inspect':
      return inspected(result)
    case 'convert':
      return `${result.architecture}: ${result.file}`
    case 'demo':
      return demonstrated(result)
    case 'features':
      return `features of ${thousands(result.images)} images in ${duration(result.seconds)}`
    case 'similar':
      return result.images.map(({ id, similarity }) => `${id} ${significant(similarity)}`).join('\n')
    case 'probe':
      return `${result.name}: ${Math.round(result.imagesPerSecond)} images/s`
    case 'check':
      return result.problems.map(({ message }) => message).join('\n')
    case 'estimate':
      return `${duration(result.seconds)}, ${thousands(Math.round(result.memory / 2 ** 20))} MiB`
    case 'sample':
      return `${thousands(result.images)} images, ${thousands(result.labelled)} labelled`
    case 'scan':
      return `${thousands(result.images)} images, ${thousands(result.skipped)} other files in ${duration(result.seconds)}`
  }
}

function trained(result: ResultOf<'train'>): string {
  return table([
    ['test accuracy', percent(result.testAccuracy)],
    ['validation accuracy', `${percent(result.validationAccuracy)} (step ${result.bestStep} of ${result.steps})`],
    ['time', `${duration(result.seconds)}, ${Math.round(result.imagesPerSecond)} images/s${waiting(result)}`],
    ['model', result.model],
    ['model file against training', `largest difference ${significant(result.exportDifference)}`],
  ])
}

function waiting({ waitingShare }: ResultOf<'train'>): string {
  return waitingShare === undefined ? '' : `, ${percent(waitingShare)} of it waiting for images`
}

function evaluated({ accuracy, images, skipped, classes, seconds }: ResultOf<'evaluate'>): string {
  const rows = classes.map(({ name, images, correct }) => [
    name,
    percent(images === 0 ? null : correct / images),
    `${correct} of ${images}`,
  ])
  const unread = skipped === 0 ? '' : `, ${skipped} could not be read`
  return `${table(rows)}\naccuracy ${percent(accuracy)} on ${images} images${unread} in ${duration(seconds)}`
}

function predicted({ predictions }: ResultOf<'predict'>): string {
  return table(
    predictions.map(({ image, classes, problem }) => [
      image,
      problem ?? classes.map(({ name, probability }) => `${name} ${percent(probability)}`).join('  '),
    ]),
  )
}

function listed({ methods, training }: ResultOf<'methods'>): string {
  const settings = (list: readonly Setting[]): string =>
    table(list.map((setting) => [`  ${setting.name}`, takes(setting), `default ${defaultOf(setting)}`, setting.help]))
  const blocks = methods.map(
    ({ id, title, citation, unlabelled, settings: own }) =>
      `${id}: ${title}, from labelled ${unlabelled ? 'and unlabelled images' : 'images only'}\n  ${citation}\n${settings(own)}`,
  )
  return [...blocks, `training, for every method (--set key=value)\n${settings(training)}`].join('\n\n')
}

function takes({ type, minimum, maximum, choices }: Setting): string {
  if (choices) return choices.join(' | ')
  if (minimum === undefined && maximum === undefined) return type
  return `${type} ${minimum ?? ''}..${maximum ?? ''}`
}

function defaultOf({ default: value }: Setting): string {
  return Array.isArray(value) ? value.join(',') : String(value ?? 'none')
}

function inspected(result: ResultOf<'inspect'>): string {
  const ports = (list: ResultOf<'inspect'>['inputs']): string =>
    list.map(({ name, type, shape }) => `${name} ${type}[${shape.join(', ')}]`).join('; ')
  const { backbone } = result
  const operators = Object.entries(result.operators)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
  return table([
    ['file', result.file],
    ['made by', `${result.producer === '' ? 'unknown' : result.producer}, opset ${result.opset}`],
    ['inputs', ports(result.inputs)],
    ['outputs', ports(result.outputs)],
    ['operators', operators.join(', ')],
    ['parameters', thousands(result.parameters)],
    ...(result.architecture === null ? [] : [['network', `${result.architecture}, from its weights (${result.format})`]]),
    ['trainable', result.trainable ? 'yes' : `${result.use === 'frozen' ? 'new layers on it only' : 'no'}: ${result.problems.join('; ')}`],
    ...(result.pixels?.normalize ? [['pixels', `${result.pixels.normalize}${result.pixels.reason === 'said' ? '' : ', probably'}`]] : []),
    ...(backbone
      ? [
          ['images', `${backbone.imageSize.join(' x ')} pixels, ${(backbone.macs / 1e6).toFixed(0)} million multiply-adds each`],
          ['features', `${backbone.width} (${backbone.feature})`],
          ...(backbone.classes === null ? [] : [['classes', `${backbone.classes} of its own, left out in training`]]),
          ['stages', backbone.stages.map(({ label, parameters }) => `${label} (${thousands(parameters)} parameters)`).join('; ')],
        ]
      : []),
  ])
}

function demonstrated({ images, runs }: ResultOf<'demo'>): string {
  const rows = runs.map((run) => [run.method, percent(run.testAccuracy), duration(run.seconds), run.model])
  const last = runs.at(-1)?.model ?? ''
  return [
    table([['method', 'test accuracy', 'time', 'model'], ...rows]),
    `images: ${images}`,
    `class by class:   npm run cli -- evaluate --model ${last} --images ${images}`,
    'your own photos:  npm run cli -- train --help',
  ].join('\n')
}
