// The starter backbone beside its teacher: linear probes on ../shared/data with 15 % of the labels, also on the classes held out of its training.
// npm run bench -- starter [--seeds 0,1,2] [--size 128] [--labels 0.15] [--threads 2] [--backbone FILE] [--sets grocery-coarse,…] [--networks starter,teacher]
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { heldOut } from '../scripts/train-starter/photos.ts'
import { starterRecipe } from '../scripts/train-starter/recipe.ts'
import type { ImageSet } from '../src/core/data/image-set.ts'
import { labelledSubset } from '../src/core/data/subsets.ts'
import { readImageSet } from '../src/engine/data/folders.ts'
import { manifestFileName } from '../src/shared/manifest.ts'
import { percent, probe, runTraining } from './train-run.ts'

const data = fileURLToPath(new URL('../../shared/data/', import.meta.url))
if (!existsSync(data)) {
  console.log(`starter: skipped, expected photos and weights in ../shared/data, found none`)
  process.exit(0)
}
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '0,1,2' },
    size: { type: 'string', default: String(starterRecipe.architecture.size) },
    labels: { type: 'string', default: '0.15' },
    threads: { type: 'string', default: '2' },
    backbone: { type: 'string', default: fileURLToPath(new URL('../resources/backbones/starter.onnx', import.meta.url)) },
    sets: { type: 'string', default: 'grocery-coarse,grocery,clothing10,grocery-held-out,clothing10-held-out' },
    networks: { type: 'string', default: 'starter,teacher' },
  },
})

const networks: Readonly<Record<string, readonly string[]>> = {
  starter: ['--backbone', values.backbone],
  teacher: ['--backbone', join(data, starterRecipe.teacher.file), '--normalize', starterRecipe.teacher.normalize],
}

/** Each image in one view, as it is tested: what is measured are the features, not what can be made of them. */
const plain = ['cachedViews=1', 'plainShare=1']

const grocery = await readImageSet(join(data, 'grocery/dataset'))
const clothing = await readImageSet(join(data, 'clothing10'))
const sets: Readonly<Record<string, () => ImageSet>> = {
  'grocery-coarse': () => renamed(grocery, coarseNames()),
  grocery: () => grocery,
  clothing10: () => clothing,
  'grocery-held-out': () => only(grocery, heldOut('grocery', grocery.classes, starterRecipe)),
  'clothing10-held-out': () => only(clothing, heldOut('clothing10', clothing.classes, starterRecipe)),
}

/** Coarse class of each fine one, from the table beside the photos. */
function coarseNames(): Map<string, string> {
  const [, ...lines] = readFileSync(join(data, 'grocery/dataset/classes.csv'), 'utf8').trim().split(/\r?\n/)
  return new Map(lines.map((line) => line.split(',')).map(([fine = '', , coarse = '']) => [fine, coarse]))
}

function renamed(set: ImageSet, names: ReadonlyMap<string, string>): ImageSet {
  const nameOf = (label: number): string => names.get(set.classes[label] ?? '') ?? set.classes[label] ?? ''
  const classes = [...new Set(set.classes.map((_, label) => nameOf(label)))]
  const images = set.images.map((image) => ({ ...image, class: image.class === null ? null : classes.indexOf(nameOf(image.class)) }))
  return { ...set, classes, images }
}

function only(set: ImageSet, classes: readonly string[]): ImageSet {
  const labels = set.classes.map((name) => classes.indexOf(name))
  const images = set.images.flatMap((image) => {
    const label = image.class === null ? -1 : (labels[image.class] ?? -1)
    return label < 0 ? [] : [{ ...image, class: label }]
  })
  return { ...set, classes, images }
}

/** The set as a run's list of images: of each class the given share of the training images is labelled. */
async function manifest(folder: string, set: ImageSet, seed: number): Promise<string> {
  const training = [...set.images.keys()].filter((index) => set.images[index]?.split === 'train')
  const labelled = new Set(labelledSubset(set, training, { proportion: Number(values.labels) }, seed).labelled)
  const lines = [
    { manifest: 1, classes: set.classes.map((name, id) => ({ id, name })), roots: [set.root] },
    ...set.images.map(({ path, bytes, class: label, split }, id) => ({
      ...{ id, root: 0, path, bytes, hash: null, class: label, split, labelled: labelled.has(id) },
    })),
  ]
  await mkdir(folder, { recursive: true })
  const file = join(folder, manifestFileName)
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return file
}

const out = await mkdtemp(join(tmpdir(), 'starter-'))
console.log(`linear probe, ${values.size} px, ${100 * Number(values.labels)} % of the labels, test accuracy in %, seeds ${values.seeds}`)
console.log(`set                  classes  test images  ${values.networks.split(',').join('         ')}`)
for (const name of values.sets.split(',')) {
  const set = sets[name]?.()
  if (!set) throw new Error(`expected one of ${Object.keys(sets).join(', ')}, found ${name}`)
  const cells: string[] = []
  for (const network of values.networks.split(',')) {
    const found: number[] = []
    for (const seed of values.seeds.split(',')) {
      const folder = join(out, `${name}-${network}-${seed}`)
      const images = await manifest(folder, set, Number(seed))
      const given = ['--images', images, ...(networks[network] ?? []), '--image-size', values.size, '--budget', 'quick', '--seed', seed]
      const { testAccuracy } = await runTraining([...given, '--threads', values.threads, '--out', folder, ...probe, ...plain])
      found.push(testAccuracy)
    }
    cells.push(percent(found).padEnd(16))
  }
  const tested = set.images.filter(({ split }) => split === 'test').length
  console.log(`${name.padEnd(21)}${String(set.classes.length).padEnd(9)}${String(tested).padEnd(13)}${cells.join('')}`)
}
