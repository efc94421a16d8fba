// A run that is killed with SIGKILL at twenty random moments, engine or whole server, and resumed each time, ends with the same model as one
// that never was, bit for bit; and a full disk ends a run without harm.
import { createHash } from 'node:crypto'
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { readNdjson } from '../../src/node/files.ts'
import { EngineQueue } from '../../src/main/engine/queue.ts'
import { trainRequestSchema } from '../../src/shared/requests.ts'
import type { JobEvent } from '../../src/shared/events.ts'
import type { TrainRequest } from '../../src/shared/requests.ts'
import type { ResultOf } from '../../src/shared/results.ts'
import { Random } from '../../src/core/tensor/random.ts'
import { compiled } from '../support/compiled.ts'
import { setting } from './setting.ts'

const { photos, backbone, at } = setting()
const kills = 20
const random = new Random(Date.now() >>> 0)

interface Life {
  readonly child: ChildProcess
  /** Where the run ended; null if the server was killed before. */
  readonly end: Promise<{ state: string; error: { code: string; message: string } | null; folder: string } | null>
}

/** The server on a folder of its own; its engine's process id goes to `engine.pid` there. */
function live(folder: string): Life {
  mkdirSync(folder, { recursive: true })
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run-kill-server.ts'), folder, photos, backbone], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      SELF_TUNING_CACHE: join(folder, 'cache'),
      ENGINE_PID_FILE: join(folder, 'engine.pid'),
      ...compiled,
    },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let told: Awaited<Life['end']> = null
  child.on('message', (message) => (told = message as Awaited<Life['end']>))
  return { child, end: once(child, 'exit').then(() => told) }
}

/** The engine of a training job, once there is another one than before; null where the server ends first. */
async function nextEngine(folder: string, { child }: Life, before: number): Promise<number | null> {
  const file = join(folder, 'engine.pid')
  while (child.exitCode === null && child.signalCode === null) {
    const found = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
    // Importing and checking have engines too: training has begun when there are a run's files.
    if (found > 0 && found !== before && existsSync(join(folder, 'project/runs')) && hasRecord(folder)) return found
    await setTimeout(10)
  }
  return null
}

function hasRecord(folder: string): boolean {
  return readdirSync(join(folder, 'project/runs')).some((run) => existsSync(join(folder, 'project/runs', run, 'request.json')))
}

interface Kills {
  engine: number
  server: number
}

/** Kills the engine or the server at random moments until the run is done, or it has been killed often enough. */
async function harass(folder: string, killed: Kills, enough: number): ReturnType<typeof live>['end'] {
  let life = live(folder)
  let engine = 0
  while (killed.engine + killed.server < enough) {
    const next = await nextEngine(folder, life, engine)
    if (next === null) break
    engine = next
    await setTimeout(random.uniform(0, 2000))
    if (random.uniform(0, 1) < 0.3) {
      if (!life.child.kill('SIGKILL')) break
      killed.server++
      await life.end
      life = live(folder)
    } else if (kill(engine)) killed.engine++
  }
  return life.end
}

/** What must not depend on interruptions. */
async function outcome(folder: string): Promise<object> {
  const text = (name: string): string => readFileSync(join(folder, name), 'latin1')
  const lines = (await readNdjson(join(folder, 'metrics.ndjson'))) as Record<string, unknown>[]
  // What the unlabelled images are taken for is told by the clock, too.
  const metrics = lines
    .filter(({ event }) => event !== 'pseudo-labels')
    .map(({ event, step, loss, accuracy }) => ({ event, step, loss, accuracy }))
  const model = createHash('sha256').update(text('model.onnx')).digest('hex')
  return { model, metrics, evaluation: text('evaluation.ndjson'), checkpoints: readdirSync(join(folder, 'checkpoints')) }
}

test(`killed ${kills} times, or never: the same model, bit by bit`, async () => {
  const whole = await live(at('whole')).end
  expect(whole).toMatchObject({ state: 'done', error: null })
  const expected = await outcome(whole?.folder ?? '')
  expect(expected).toMatchObject({ checkpoints: ['last.safetensors'] })

  const killed = { engine: 0, server: 0 }
  let runs = 0
  // A quick machine gets through a run before it has been killed that often: then the next one has the rest.
  while (killed.engine + killed.server < kills) {
    const end = await harass(at(`killed-${++runs}`), killed, kills)
    expect(end, JSON.stringify(killed)).toMatchObject({ state: 'done', error: null })
    expect(await outcome(end?.folder ?? '')).toEqual(expected)
  }
})

/** False where it has just ended by itself. */
function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch {
    return false
  }
}

test('a full disk ends a run with the reason; its last checkpoint is whole, and it goes on once there is room', async (context) => {
  const place = at('small-disk')
  mkdirSync(place)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', place])
  if (mounted.status !== 0) context.skip(`a small disk cannot be mounted here: ${String(mounted.stderr).trim()}`)
  onTestFinished(() => void spawnSync('umount', ['-l', place]))

  const request = (more: object): TrainRequest =>
    trainRequestSchema.parse({
      ...{ job: 'train', images: photos, backbone, method: 'self-tuning', labelsPerClass: 4, budget: 'quick', steps: 4000, seed: 3 },
      ...{ threads: 1, settings: { projection: 16, bottleneck: 64, cachedViews: 2, validations: 40 }, out: join(place, 'run'), ...more },
    })
  const engine = new EngineQueue({ environment: () => ({ SELF_TUNING_CACHE: at('cache') }) })
  onTestFinished(() => engine.close())
  const train = (more: object, onEvent: (event: JobEvent) => void = () => undefined): Promise<ResultOf<'train'>> =>
    engine.run<'train'>(request(more), { subject: 'a run', priority: 'training', onEvent })
  const whole = await train({ out: at('roomy') })

  const filler = join(place, 'filler')
  let seen = 0
  const filled = train({}, (event) => {
    // After the third checkpoint: all the room that is left.
    if (event.event === 'validation' && ++seen === 3) fill(filler)
  })
  await expect(filled).rejects.toMatchObject({ code: 'disk-full', message: expect.stringContaining('the disk is full') as string })
  const left = readdirSync(join(place, 'run/checkpoints'))
  expect(left).toEqual(['last.safetensors'])
  rmSync(filler)
  const result = await train({ resume: true })
  expect(result.bestStep).toBe(whole.bestStep)
  expect(readFileSync(result.model).equals(readFileSync(whole.model))).toBe(true)
})

/** Writes zeros until there is no more room. */
function fill(path: string): void {
  const file = openSync(path, 'w')
  const zeros = Buffer.alloc(4096)
  try {
    for (;;) writeSync(file, zeros)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(file)
  }
}
