// Job `estimate`: time and memory of a run, from a few steps of each phase at their real size and a few images.
import { resourceUsage } from 'node:process'
import type { Engine } from '../../core/graph/program.ts'
import { shortSideOf } from '../../core/data/views/recipe.ts'
import type { Cut } from '../../core/nn/backbone.ts'
import { sizeOf } from '../../core/tensor/tensor.ts'
import type { Phase } from '../../core/train/plan.ts'
import { freeMemory, hasOwnMemory } from '../../node/memory.ts'
import { AppError } from '../../shared/errors.ts'
import { openEngine } from '../backends/index.ts'
import { hashImages } from '../data/content-hash.ts'
import { cachedImages } from '../data/feature-cache.ts'
import { ImageLoader } from '../data/loader.ts'
import type { Job, JobContext } from '../job.ts'
import { featureFolder } from '../../node/feature-folder.ts'
import { storable } from '../training/half-storage.ts'
import { largestBatch, runMemory } from '../training/memory.ts'
import { openRun } from '../training/open-run.ts'
import type { Run } from '../training/open-run.ts'
import { PrefixFeatures } from '../training/prefix.ts'
import { featureBytes, featureKey, featureMemory, imagesWith } from '../training/sources.ts'
import { openTrialStep } from '../training/trial-step.ts'

/** Images that are decoded, and images that are looked for in the cache. */
const samples = { decoded: 16, looked: 200 }
/** Steps are timed until this is over, one at least. */
const stepSecondsAtLeast = 1.5
/** Labelled images of a step where those of the run would not fit. */
const triedAtMost = 16
/** Starting the process, opening files, writing the model. */
const fixedSeconds = 3
/** Most that decoded images are kept in. */
const keptImages = 2 ** 30

export const estimate: Job<'estimate'> = async (request, context) => {
  const asked = await openRun({ ...request, job: 'train', resume: false, finish: false, out: '' }, context.signal)
  const fitting = fit(asked)
  // What does not fit is not tried either: steps of a smaller batch are, and their time is taken in proportion.
  const { run: chosen, share } = fitting.tried
  const shortSide = Math.max(...Object.values(chosen.recipes).map(shortSideOf))
  await using made = new AsyncDisposableStack()
  const engine = made.adopt(await openEngine({ device: request.device, threads: chosen.threads }), (one) => one.dispose())
  const loader = made.adopt(new ImageLoader(chosen.data.set, { threads: chosen.threads, shortSide }), (one) => one.close())
  const told = teller(context, chosen.phases.length + 1)
  const secondsPerView = await viewSeconds(chosen, loader)
  const run = { ...chosen, settings: await storable(chosen.settings, engine) }
  told()
  let cachingSeconds = 0
  let forwardSeconds = 0
  let features = 0
  let state = 0
  const cached = new Set<string>()
  const phases: { title: string; steps: number; seconds: number }[] = []
  for (const phase of run.phases) {
    const cut = run.backbone.cutAt(phase.depth)
    const step = await stepSeconds(run, engine, phase, share)
    state = Math.max(state, step.stateBytes)
    if (cut && !cached.has(cut.name)) {
      cached.add(cut.name)
      const prefix = await prefixSeconds(run, engine, cut)
      forwardSeconds = Math.max(forwardSeconds, prefix)
      const views = await viewsToCache(run, engine, cut)
      cachingSeconds += views.missing * (prefix + secondsPerView)
      // Those of one phase at a time.
      features = Math.max(features, views.all * featureBytes(cut.shape))
    }
    // A forward pass is a third of a step: the backward pass computes two gradients.
    const forward = step.seconds / (3 * step.views)
    if (!cut) forwardSeconds = Math.max(forwardSeconds, forward)
    const fresh = cut ? 0 : secondsPerView
    const validating = run.settings.validations * run.data.validation.length * (forward + fresh)
    phases.push({ title: phase.title, steps: phase.steps, seconds: phase.steps * (step.seconds + step.views * fresh) + validating })
    told()
  }
  const tested = run.data.validation.length + run.data.test.length
  const seconds =
    fixedSeconds + cachingSeconds + phases.reduce((sum, phase) => sum + phase.seconds, 0) + tested * (forwardSeconds + secondsPerView)
  const measured = resourceUsage().maxRSS * 1024 + 2 * state + pixelBytes(run)
  const timed = { seconds, phases, cachingSeconds }
  // What this process takes says nothing of a device's memory.
  if (hasOwnMemory(request.device)) return { ...timed, memory: Math.round(fitting.memory), freeMemory: null, largestBatch: null }
  const memory = (share === 1 ? measured : fitting.memory) + Math.min(featureMemory, features)
  // What was measured is right where the graph promised more room than there was.
  const { labelledBatch } = asked.settings
  const isOver = memory > fitting.free && (fitting.largestBatch ?? 0) >= labelledBatch
  const largest = isOver ? Math.max(2, Math.floor((labelledBatch * fitting.free) / memory)) : fitting.largestBatch
  return { ...timed, memory: Math.round(memory), freeMemory: Math.round(fitting.free), largestBatch: largest }
}

interface Fitting {
  /** What of it is tried: the run itself, or the run with a smaller batch, and its share of the run's batch. */
  readonly tried: { readonly run: Run; readonly share: number }
  /** From the graph, before anything is computed; bytes. */
  readonly memory: number
  readonly free: number
  readonly largestBatch: number | null
}

/** Whether a run fits into the machine's memory that is free, by its graph alone. A device with memory of its own is spared no more than that. */
function fit(run: Run): Fitting {
  const free = freeMemory()
  const classes = run.data.set.classes.length
  const images = pixelBytes(run)
  const memory = runMemory(run, run.backbone, classes) + images
  const largest = largestBatch(run, run.backbone, classes, free - images)
  const { labelledBatch, unlabelledBatch } = run.settings
  const share = memory <= free ? 1 : Math.min(1, Math.min(largest ?? 2, triedAtMost) / labelledBatch)
  const settings = {
    ...run.settings,
    labelledBatch: Math.max(2, Math.floor(share * labelledBatch)),
    unlabelledBatch: Math.max(2, Math.floor(share * unlabelledBatch)),
  }
  return { tried: { run: share === 1 ? run : { ...run, settings }, share }, memory, free, largestBatch: largest }
}

/** Decoded images that are kept, bytes. */
function pixelBytes({ recipes, data }: Run): number {
  const shortSide = Math.max(...Object.values(recipes).map(shortSideOf))
  return Math.min(keptImages, 3 * 1.4 * shortSide * shortSide * data.set.images.length)
}

/** Progress, and the wish to stop. */
function teller({ emit, signal }: JobContext, total: number): () => void {
  let done = 0
  return () => {
    if (signal.aborted) throw new AppError('stopped', 'the estimate was stopped')
    emit({ event: 'progress', task: 'measuring', done: ++done, total })
  }
}

/** Of decoding an image's share of a view, cutting it out and changing it. */
async function viewSeconds({ data, recipes, settings, configured }: Run, loader: ImageLoader): Promise<number> {
  const train = [...data.labelled, ...data.unlabelled]
  const indices = spread(train, samples.decoded)
  const recipe = recipes[configured.views.unlabelled.at(-1) ?? configured.views.labelled.at(-1) ?? 'weak']
  const count = settings.cachedViews
  const start = performance.now()
  let views = 0
  for await (const batch of loader.views(indices, recipe, { count, seed: 0, images: 8 })) views += batch.indices.length * count
  if (views === 0) throw new AppError('bad-data', `expected images that can be decoded, found none among ${indices.length}`)
  return (performance.now() - start) / 1000 / views
}

/** @param share of the images of a step that are tried */
async function stepSeconds(run: Run, engine: Engine, phase: Phase, share: number) {
  const step = await openTrialStep(run, engine, phase)
  try {
    const times: number[] = []
    for (let spent = 0; spent < stepSecondsAtLeast; spent += times.at(-1) ?? 0) times.push(await step.once())
    const seconds = times.reduce((sum, time) => sum + time, 0) / times.length
    return { seconds: seconds / share, views: step.views / share, stateBytes: step.stateBytes }
  } finally {
    step.dispose()
  }
}

/** Of one view through the frozen part. */
async function prefixSeconds({ backbone }: Run, engine: Engine, cut: Cut): Promise<number> {
  const prefix = new PrefixFeatures(engine, backbone, cut)
  const views = new Float32Array(prefix.batch * sizeOf(backbone.inputType(null, 1).shape))
  try {
    await prefix.compute(views, prefix.batch)
    const start = performance.now()
    await prefix.compute(views, prefix.batch)
    return (performance.now() - start) / 1000 / prefix.batch
  } finally {
    prefix.dispose()
  }
}

/** Views whose features a cut needs, and how many of them have none yet, by a sample. */
async function viewsToCache(run: Run, engine: Engine, cut: Cut): Promise<{ all: number; missing: number }> {
  const { data, configured, settings, recipes } = run
  const kinds = [...new Set([...configured.views.labelled, ...configured.views.unlabelled])]
  const wanted = [
    ...kinds.map((kind) => ({ recipe: recipes[kind], indices: imagesWith(run, kind), views: settings.cachedViews })),
    { recipe: recipes.evaluation, indices: data.validation, views: 1 },
  ]
  let all = 0
  let missing = 0
  for (const { recipe, indices, views } of wanted) {
    const known = cachedImages(featureFolder(), featureKey(run, engine, cut, recipe, views))
    const looked = known.size === 0 ? [] : spread(indices, samples.looked)
    const hashes = await hashImages(data.set, looked)
    const there = looked.filter((index) => known.has(hashes.get(index) ?? '')).length / Math.max(1, looked.length)
    all += indices.length * views
    missing += indices.length * views * (1 - there)
  }
  return { all, missing }
}

/** At most `count` of them, evenly spread. */
function spread(indices: readonly number[], count: number): number[] {
  const every = Math.max(1, indices.length / count)
  return Array.from({ length: Math.min(count, indices.length) }, (_, i) => indices[Math.floor(i * every)] ?? 0)
}
