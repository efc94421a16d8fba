// Everything that a run is made of before it starts, checked: data, backbone, settings, recipes, and its identity.
import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { recipe } from '../../core/data/views/recipe.ts'
import type { Normalization, RecipeName, ViewRecipe } from '../../core/data/views/recipe.ts'
import { OnnxError } from '../../core/graph/onnx/errors.ts'
import { Backbone } from '../../core/nn/backbone.ts'
import { AppError } from '../../shared/errors.ts'
import type { TrainRequest } from '../../shared/requests.ts'
import { hashImageSet } from '../data/content-hash.ts'
import { hashModel } from '../../node/model-files.ts'
import { readOnnxFile } from '../data/onnx-file.ts'
import { prepareData } from './labels.ts'
import type { RunData } from './labels.ts'
import { configure } from './settings.ts'
import type { Configuration } from './settings.ts'
import { versions } from './versions.ts'

export interface Run extends Configuration {
  request: TrainRequest
  data: RunData
  backbone: Backbone
  /** SHA-256 of the backbone's file and its external data. */
  backboneHash: string
  /** What the user should know before it starts. */
  notes: readonly string[]
  recipes: Record<RecipeName, ViewRecipe>
  threads: number
  /** Hash over all that decides the numbers: a checkpoint belongs to one identity. */
  identity: string
  /** For run.json. */
  record: Record<string, unknown>
}

/** Edge of the images where neither the request nor the file says: detail enough for fine-grained classes, 2 to 3 times as fast as 224. */
const defaultImageSize = 160

/** @param signal ends the reading of the images early */
export async function openRun(request: TrainRequest, signal: AbortSignal): Promise<Run> {
  const data = await prepareData(request)
  const configuration = configure(request, data.unlabelled.length === 0)
  const network = await openNetwork(request)
  requireTrainable(configuration, network)
  requireSourceHead(configuration, network, request.backbone)
  const { backbone, dataFiles, imageSize, normalize, isGuess } = network
  const { sha256: backboneHash } = await hashModel(request.backbone, dataFiles)
  const { cropScale, plainShare } = configuration.settings
  const make = (name: RecipeName): ViewRecipe => recipe(name, { size: imageSize, normalize, scale: [cropScale, 1], plainShare })
  const recipes = { weak: make('weak'), strong: make('strong'), evaluation: make('evaluation') }
  const threads = request.threads ?? availableParallelism()

  // It changes no number: a run that ran out of memory goes on with it.
  const { recompute, ...settings } = configuration.settings
  const deciding = {
    images: data.hash ?? (await hashImageSet(data.set, signal)),
    labelled: hash(data.labelled),
    backbone: backboneHash,
    method: configuration.method.id,
    methodSettings: configuration.methodSettings,
    settings,
    phases: configuration.phases,
    recipes,
    seed: request.seed,
  }
  const counts = {
    labelled: data.labelled.length,
    unlabelled: data.unlabelled.length,
    validation: data.validation.length,
    test: data.test.length,
  }
  return {
    ...configuration,
    request,
    data,
    backbone,
    backboneHash,
    notes: isGuess
      ? [
          `${request.backbone}: does not say what it expects of its pixels, taken as imagenet; normalize (imagenet, symmetric, unit) says otherwise`,
        ]
      : [],
    recipes,
    threads,
    identity: hash(deciding),
    record: {
      ...deciding,
      recompute,
      request,
      threads,
      classes: data.set.classes,
      labelsPerClass: data.perClass,
      counts,
      splits: data.origin,
      skippedFiles: data.set.skipped,
      versions: versions(),
    },
  }
}

export interface Network {
  backbone: Backbone
  /** External data, relative to the folder of the file. */
  dataFiles: readonly string[]
  imageSize: number
  normalize: Normalization
  /** Neither the request nor the file says what the pixels should be: `normalize` is a guess. */
  isGuess: boolean
}

/** The backbone at the size of the run's images.
 * @throws AppError 'not-found', 'bad-model', 'unsupported' */
export async function openNetwork(request: Pick<TrainRequest, 'backbone' | 'imageSize' | 'normalize'>): Promise<Network> {
  const dataFiles = new Set<string>()
  const model = await readOnnxFile(request.backbone, { onExternal: (location) => dataFiles.add(location) })
  const declared = model.inputs.find(({ shape }) => shape?.length === 4)?.shape?.[2]
  const imageSize = request.imageSize ?? (typeof declared === 'number' ? declared : defaultImageSize)
  const said = request.normalize ?? normalizationOf(model.metadata)
  const backbone = openBackbone(request.backbone, () => new Backbone(model, { imageSize }))
  return { backbone, dataFiles: [...dataFiles], imageSize, normalize: said ?? 'imagenet', isGuess: said === null }
}

/** @throws AppError 'bad-option' where a phase trains stages of a network that has nothing to train */
export function requireTrainable({ phases }: Pick<Configuration, 'phases'>, { backbone }: Pick<Network, 'backbone'>): void {
  if (phases.every(({ depth }) => depth === 'head') || backbone.trainable(null).length > 0) return
  const message = 'expected head, or the budget quick, which train the new layers only: the backbone has nothing that can be trained'
  throw new AppError('bad-option', `--depth: ${message}`)
}

/** @throws AppError 'bad-option' where the method learns from the backbone's own classifier, and there is none */
export function requireSourceHead({ method, configured }: Configuration, { backbone }: Pick<Network, 'backbone'>, path: string): void {
  if (!configured.sourceHead || backbone.sourceHead) return
  const message = `expected a network with its own classifier, e.g. of 1000 ImageNet classes, which ${method.title} learns from, found one without`
  throw new AppError('bad-option', `${path}: ${message}`, { details: { path } })
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}

/** Backbones written here say what they expect. */
function normalizationOf(metadata: Readonly<Record<string, string>>): Normalization | null {
  const { normalize } = metadata
  return normalize === 'imagenet' || normalize === 'symmetric' || normalize === 'unit' ? normalize : null
}

function openBackbone(path: string, open: () => Backbone): Backbone {
  try {
    return open()
  } catch (error) {
    if (error instanceof OnnxError) throw new AppError('bad-model', `${path}: ${error.message}`, { details: { path }, cause: error })
    throw error
  }
}
