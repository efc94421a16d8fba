// Trains the starter backbone: the teacher's features first, then cycles of distillation in the product's own loop. Goes on from its last checkpoint.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { readOnnx } from '../../src/core/graph/onnx/read.ts'
import type { OnnxModel } from '../../src/core/graph/onnx/model.ts'
import type { Engine, Executable, State } from '../../src/core/graph/program.ts'
import { Backbone } from '../../src/core/nn/backbone.ts'
import { deriveSeed, Random } from '../../src/core/tensor/random.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'
import { argMax, softmax } from '../../src/core/train/evaluation.ts'
import type { TrainEvent } from '../../src/core/train/events.ts'
import { train } from '../../src/core/train/loop.ts'
import type { Validation } from '../../src/core/train/selection.ts'
import { ImageLoader } from '../../src/engine/data/loader.ts'
import { readOnnxFile } from '../../src/engine/data/onnx-file.ts'
import { readCheckpoint, writeCheckpoint } from '../../src/engine/training/checkpoint.ts'
import type { Checkpoint } from '../../src/engine/training/checkpoint.ts'
import { makeFolder, writeFileAtomic } from '../../src/node/files.ts'
import { hashModel } from '../../src/node/model-files.ts'
import { AppError } from '../../src/shared/errors.ts'
import { shortSideOf } from '../../src/core/data/views/recipe.ts'
import { buildStep, buildValidation, startingVariables, statisticsOf, withMomentum } from './distillation.ts'
import type { Statistics, Variables } from './distillation.ts'
import { normalize, writeNetwork } from './network.ts'
import { readPhotos } from './photos.ts'
import type { Photos } from './photos.ts'
import { viewOf } from './recipe.ts'
import type { Cycle, Recipe } from './recipe.ts'
import { kept, Teacher } from './teacher.ts'
import { seedOfView, ViewSource } from './view-source.ts'

export interface Job {
  readonly recipe: Recipe
  /** Folder of photos and teacher. */
  readonly data: string
  /** Where the teacher's features, the checkpoint and the network after each cycle are kept. */
  readonly out: string
  readonly engine: Engine
  readonly threads: number
  readonly resume: boolean
  readonly signal: AbortSignal
  readonly report: (event: ProgressEvent) => void
  /** What the file says of itself. */
  readonly metadata?: Record<string, string>
}

export type ProgressEvent =
  | { readonly kind: 'teacher'; readonly done: number; readonly total: number }
  | { readonly kind: 'training'; readonly photos: number; readonly validation: number; readonly parameters: number }
  | { readonly kind: 'cycle'; readonly cycle: number; readonly event: TrainEvent }

/** Everything that a cycle is made of. */
interface Bench {
  readonly job: Job
  readonly photos: Photos
  readonly loader: ImageLoader
  readonly teacher: Teacher
  /** The student before its training. */
  readonly model: OnnxModel
  readonly statistics: Statistics
  /** The teacher's features of the training photos, a view each, and of the validation photos' middles. */
  readonly features: readonly Float32Array[]
  readonly plain: Float32Array
  readonly identity: string
}

const checkpointName = 'checkpoint.safetensors'

/** @returns the network's file @throws AppError 'stopped' once the signal is aborted and a checkpoint is kept; DataError, AppError for what is missing */
export async function trainStarter(job: Job): Promise<Uint8Array> {
  const { recipe, out } = job
  await makeFolder(out)
  const photos = await readPhotos(job.data, recipe)
  const teacherFile = join(job.data, recipe.teacher.file)
  const teacher = new Teacher(await readOnnxFile(teacherFile), recipe.teacher)
  const largest = Math.max(recipe.teacher.size, ...recipe.cycles.map(({ size }) => size))
  const loader = new ImageLoader(photos.set, { shortSide: shortSideOf(viewOf('strong', largest, normalize, 1)), threads: job.threads })
  try {
    const { sha256 } = await hashModel(teacherFile, [])
    const { cycles: _, ...fixed } = recipe
    const { seed, sources, heldOutShare, validation, cropScale } = recipe
    const images = photos.set.images.map(({ path, bytes }) => [path, bytes])
    const asked = hash({ seed, sources, heldOutShare, validation, cropScale, teacher: { ...recipe.teacher, sha256 }, images })
    const { features, plain } = await askTeacher(job, photos, teacher, loader, asked)
    const model = readOnnx(writeNetwork(recipe.architecture, { seed: recipe.seed }))
    const statistics = statisticsOf(features, teacher.width)
    const bench: Bench = { job, photos, loader, teacher, model, statistics, features, plain, identity: hash({ asked, fixed }) }
    const parameters = Object.values(new Backbone(model, {}).variables(null)).reduce((sum, { data }) => sum + data.length, 0)
    job.report({ kind: 'training', photos: photos.training.length, validation: photos.validation.length, parameters })
    return await runCycles(bench)
  } finally {
    await loader.close()
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

/** One cycle after the other, each from the weights that the one before has kept. */
async function runCycles(bench: Bench): Promise<Uint8Array> {
  const { job, model, teacher } = bench
  const { recipe, out } = job
  const found = job.resume ? await lastCheckpoint(bench) : null
  const backbone = new Backbone(model, {})
  let variables: Variables = found?.carried ?? startingVariables(backbone, teacher, recipe.seed)
  let file: Uint8Array = new Uint8Array()
  for (const [number, cycle] of recipe.cycles.entries()) {
    if (number < (found?.phase ?? 0)) continue
    variables = await runCycle(bench, { ...cycle, number }, variables, found?.phase === number ? found : null)
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
  const { job, model, teacher, statistics, features, photos, loader } = bench
  const { recipe, engine, signal, out } = job
  const { number, steps, size, learningRate } = cycle
  const backbone = new Backbone(model, { imageSize: size })
  const variables = withMomentum(carried, backbone)
  const executable = await engine.compile(buildStep(backbone, teacher, statistics, recipe, variables))
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
    resume: found?.source,
  })
  const validator = await openValidator(bench, backbone, variables, state)
  let best: Variables = found?.best ?? {}
  const weights = Object.keys(carried)
  const identity = identityOf(bench, number)
  try {
    const progress = await train({
      executable: withTargets(executable, source),
      masks: [],
      state,
      source,
      random: new Random(deriveSeed(recipe.seed, 'loop', number)),
      steps,
      settings: { ...recipe, learningRate, schedule: 'cosine', milestones: [], patience: 0 },
      validate: validator.validate,
      keep: async () => {
        best = await state.read(weights)
      },
      checkpoint: (point) =>
        writeCheckpoint(join(out, checkpointName), { ...point, identity, phase: number, best, carried, carriedBest: null }),
      emit: (event) => job.report({ kind: 'cycle', cycle: number, event }),
      pause: () => setImmediate(),
      signal,
      ...(found ? { resume: found } : {}),
    })
    if (progress.step === steps) return best
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

interface Validator {
  /** Accuracy: how often the student's first class is the teacher's, on the middles of photos that it is not trained on. */
  readonly validate: () => Promise<Validation>
  readonly dispose: () => void
}

async function openValidator(
  { job, photos, loader, teacher, statistics, plain }: Bench,
  backbone: Backbone,
  variables: Variables,
  state: State,
): Promise<Validator> {
  const { recipe, engine } = job
  const images = Math.min(32, photos.validation.length)
  const [size] = backbone.imageSize
  const plainView = viewOf('evaluation', size, normalize, recipe.cropScale)
  const program = buildValidation(backbone, teacher, statistics, variables, images)
  const executable = await engine.compile(program)
  const validate = async (): Promise<Validation> => {
    let [right, loss, done] = [0, 0, 0]
    for await (const { indices, view } of loader.ordered(photos.validation, plainView, images)) {
      const x = tensor('float32', [images, ...backbone.inputType(null, 1).shape.slice(1)])
      const targets = tensor('float32', [images, teacher.width])
      x.data.set(view)
      targets.data.set(plain.subarray(done * teacher.width, (done + indices.length) * teacher.width))
      const outputs = await executable.run(state, { x, targets })
      const rows = (name: string): Float32Array[] => rowsOf(outputs[name]?.data as Float32Array, images).slice(0, indices.length)
      const expected = rows('teacher')
      for (const [i, row] of rows('student').entries()) {
        const goal = expected[i] ?? new Float32Array()
        if (argMax(row) === argMax(goal)) right++
        loss += divergence(softmax(goal), softmax(row))
      }
      done += indices.length
    }
    return { accuracy: right / done, loss: loss / done, images: done }
  }
  return { validate, dispose: () => executable.dispose() }
}

/** Kullback and Leibler's, of two distributions. */
function divergence(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, value, i) => sum + value * Math.log(Math.max(value, 1e-30) / Math.max(q[i] ?? 0, 1e-30)), 0)
}

function rowsOf(data: Float32Array, rows: number): Float32Array[] {
  const width = data.length / rows
  return Array.from({ length: rows }, (_, i) => data.subarray(i * width, (i + 1) * width))
}

function stopped(): AppError {
  return new AppError('stopped', 'stopped; the same command with --resume goes on')
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}
