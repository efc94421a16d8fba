// Trains the starter backbone: the teacher's features first, then cycles of distillation in the product's own loop. Goes on from its last checkpoint.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { ImageSet } from '../../src/core/data/image-set.ts'
import { readOnnx } from '../../src/core/graph/onnx/read.ts'
import type { Executable } from '../../src/core/graph/program.ts'
import { Backbone } from '../../src/core/nn/backbone.ts'
import { deriveSeed, Random } from '../../src/core/tensor/random.ts'
import { train } from '../../src/core/train/loop.ts'
import { ImageLoader } from '../../src/engine/data/loader.ts'
import { readOnnxFile } from '../../src/engine/data/onnx-file.ts'
import { readCheckpoint, writeCheckpoint } from '../../src/engine/training/checkpoint.ts'
import type { Checkpoint } from '../../src/engine/training/checkpoint.ts'
import { makeFolder, writeFileAtomic } from '../../src/node/files.ts'
import { hashModel } from '../../src/node/model-files.ts'
import { AppError } from '../../src/shared/errors.ts'
import { shortSideOf } from '../../src/core/data/views/recipe.ts'
import { drawSpecies } from './drawings.ts'
import { buildStep, newLayers, startingVariables, statisticsOf, withMomentum } from './distillation.ts'
import type { Variables } from './distillation.ts'
import type { Bench, Job } from './job.ts'
import { normalize, writeNetwork } from './network.ts'
import { readPhotos } from './photos.ts'
import type { Photos } from './photos.ts'
import { viewOf } from './recipe.ts'
import type { Cycle } from './recipe.ts'
import { kept, Teacher } from './teacher.ts'
import { openValidator } from './validator.ts'
import { seedOfView, ViewSource } from './view-source.ts'

const checkpointName = 'checkpoint.safetensors'

/** @returns the network's file @throws AppError 'stopped' once the signal is aborted and a checkpoint is kept; DataError, AppError for what is missing */
export async function trainStarter(job: Job): Promise<Uint8Array> {
  const { recipe, out } = job
  await makeFolder(out)
  const photos = await readPhotos(job.data, recipe)
  const teacherFile = join(job.data, recipe.teacher.file)
  const teacher = new Teacher(await readOnnxFile(teacherFile), recipe.teacher)
  const largest = Math.max(recipe.teacher.size, ...recipe.cycles.map(({ size }) => size))
  const shown = { shortSide: shortSideOf(viewOf('strong', largest, normalize, 1)), threads: job.threads }
  const loader = new ImageLoader(photos.set, shown)
  let drawn: ImageLoader | null = null
  try {
    const { sha256 } = await hashModel(teacherFile, [])
    const { cycles: _, ...fixed } = recipe
    const { seed, sources, heldOutShare, validation, cropScale } = recipe
    const images = photos.set.images.map(({ path, bytes }) => [path, bytes])
    const asked = hash({ seed, sources, heldOutShare, validation, cropScale, teacher: { ...recipe.teacher, sha256 }, images })
    const { features, plain } = await askTeacher(job, photos, teacher, loader, asked)
    drawn = new ImageLoader(await draw(job), shown)
    const model = readOnnx(writeNetwork(recipe.architecture, { seed: recipe.seed }))
    const statistics = statisticsOf(features, teacher.width)
    const bench: Bench = { job, photos, loader, drawn, teacher, model, statistics, features, plain, identity: hash({ asked, fixed }) }
    const parameters = Object.values(new Backbone(model, {}).variables(null)).reduce((sum, { data }) => sum + data.length, 0)
    job.report({ kind: 'training', photos: photos.training.length, validation: photos.validation.length, parameters })
    return await runCycles(bench)
  } finally {
    await Promise.all([loader.close(), drawn?.close()])
  }
}

async function draw({ recipe: { drawings, seed }, out, signal, report }: Job): Promise<ImageSet> {
  try {
    return await drawSpecies(join(out, 'drawings'), {
      drawings,
      seed,
      signal,
      onProgress: (done, total) => report({ kind: 'drawing', done, total }),
    })
  } catch (error) {
    throw signal.aborted ? stopped() : error
  }
}

async function askTeacher(
  { recipe, engine, out, signal, report }: Job,
  photos: Photos,
  teacher: Teacher,
  loader: ImageLoader,
  identity: string,
): Promise<{ features: Float32Array[]; plain: Float32Array }> {
  const { size, normalize: pixels } = recipe.teacher
  const total = recipe.views * photos.training.length + photos.validation.length
  let done = 0
  const ask = async (name: string, images: readonly number[], view: 'strong' | 'evaluation', seed: number): Promise<Float32Array> => {
    const before = done
    const compute = (): Promise<Float32Array> =>
      teacher.features(engine, loader, {
        images,
        recipe: viewOf(view, size, pixels, recipe.cropScale),
        seed,
        signal,
        onProgress: (count) => report({ kind: 'teacher', done: (done += count), total }),
      })
    try {
      return await kept(out, name, hash({ identity, name }), compute)
    } catch (error) {
      throw signal.aborted ? stopped() : error
    } finally {
      done = before + images.length
    }
  }
  const features: Float32Array[] = []
  for (let view = 0; view < recipe.views; view++)
    features.push(await ask(`teacher-${view}`, photos.training, 'strong', seedOfView(recipe.seed, view)))
  return { features, plain: await ask('teacher-plain', photos.validation, 'evaluation', 0) }
}

/** One cycle after the other, each from the weights that the one before ended with. */
async function runCycles(bench: Bench): Promise<Uint8Array> {
  const { job, model, teacher } = bench
  const { recipe, out } = job
  const found = job.resume ? await lastCheckpoint(bench) : null
  const backbone = new Backbone(model, {})
  let variables: Variables = found?.carried ?? { ...startingVariables(backbone), ...newLayers(backbone, teacher, recipe) }
  let file: Uint8Array = new Uint8Array()
  for (const [number, cycle] of recipe.cycles.entries()) {
    if (number < (found?.phase ?? 0)) continue
    const resumed = found?.phase === number ? found : null
    variables = await runCycle(bench, { ...cycle, number }, variables, resumed)
    const stored = Object.fromEntries(Object.keys(backbone.variables(null)).map((name) => [name, variables[`student/${name}`]!]))
    file = writeNetwork(recipe.architecture, { stored, metadata: job.metadata ?? {} })
    await writeFileAtomic(join(out, `cycle-${number + 1}.onnx`), file)
  }
  return file
}

/** Cycles that come after the checkpoint's may change. */
async function lastCheckpoint(bench: Bench): Promise<Checkpoint> {
  const { out, recipe } = bench.job
  for (let number = recipe.cycles.length - 1; number > 0; number--) {
    const found = await readCheckpoint(join(out, checkpointName), identityOf(bench, number)).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'mismatch') return null
      throw error
    })
    if (found) return found
  }
  return readCheckpoint(join(out, checkpointName), identityOf(bench, 0))
}

function identityOf({ identity, job }: Bench, number: number): string {
  return hash({ identity, cycles: job.recipe.cycles.slice(0, number + 1) })
}

interface NumberedCycle extends Cycle {
  readonly number: number
}

async function runCycle(bench: Bench, cycle: NumberedCycle, carried: Variables, found: Checkpoint | null): Promise<Variables> {
  const { job, model, teacher, statistics, features, photos, loader, drawn } = bench
  const { recipe, engine, signal, out } = job
  const { number, steps, size, learningRate } = cycle
  const backbone = new Backbone(model, { imageSize: size })
  const variables = withMomentum(carried, backbone, cycle)
  const pair = { backbone, teacher, statistics, variables }
  const executable = await engine.compile(buildStep(pair, recipe, cycle))
  const state = await engine.createState(found?.state ?? variables)
  const source = new ViewSource({
    loader,
    images: photos.training,
    recipe: viewOf('strong', size, normalize, recipe.cropScale),
    batch: recipe.batch,
    seed: deriveSeed(recipe.seed, 'cycle', number),
    viewSeed: recipe.seed,
    features,
    width: teacher.width,
    drawings:
      cycle.species === 0
        ? null
        : { ...recipe.drawings, loader: drawn, species: cycle.species, recipe: viewOf('weak', size, normalize, recipe.drawings.cropScale) },
    resume: found?.source,
  })
  const validator = await openValidator(bench, pair, state)
  const weights = Object.keys(carried)
  const identity = identityOf(bench, number)
  try {
    const progress = await train({
      executable: withTargets(executable, source),
      noise: [],
      state,
      source,
      random: new Random(deriveSeed(recipe.seed, 'loop', number)),
      steps,
      settings: { ...recipe, learningRate, schedule: 'cosine', milestones: [], patience: 0 },
      validate: validator.validate,
      checkpoint: (point) =>
        writeCheckpoint(join(out, checkpointName), { ...point, identity, phase: number, best: {}, carried, carriedBest: null }),
      emit: (event) => job.report({ kind: 'cycle', cycle: number, event }),
      pause: () => setImmediate(),
      signal,
      ...(found ? { resume: found } : {}),
    })
    // The last ones, at a rate of zero: which others did better on so few photos is chance.
    if (progress.step === steps) return await state.read(weights)
    throw signal.aborted ? stopped() : new AppError('diverged', `cycle ${number + 1}: the loss grew without end`)
  } finally {
    await source.close()
    validator.dispose()
    executable.dispose()
    state.dispose()
  }
}

/** The loop feeds images; the teacher's features of the same batch go along. */
function withTargets(executable: Executable, source: ViewSource): Executable {
  return {
    run: (state, feeds) => executable.run(state, { ...feeds, targets: source.targets }),
    dispose: () => executable.dispose(),
  }
}

function stopped(): AppError {
  return new AppError('stopped', 'stopped; the same command with --resume goes on')
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
