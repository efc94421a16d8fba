// Strong views a second on two threads (decode JPEG, random resized crop, flip, RandAugment(2, 10), normalise) against torchvision and PIL.
// node bench/views.ts [ROUNDS] [FOLDER]; PYTHON names the Python that has torch and torchvision (python3 if not set).
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { recipe } from '../src/core/data/views/recipe.ts'
import { readImageSet } from '../src/engine/data/folders.ts'
import { ImageLoader } from '../src/engine/data/loader.ts'
import { median } from './statistics.ts'

const rounds = Number(process.argv[2] ?? 7)
const folder = process.argv[3] ?? fileURLToPath(new URL('../../shared/data/grocery/dataset', import.meta.url))
const threads = 2
const batch = 48
/** Images a round: two views of each. */
const count = 960

const set = await readImageSet(folder)
const step = Math.max(1, Math.floor(set.images.length / count))
const indices = [...set.images.keys()].filter((index) => index % step === 0).slice(0, count)
const batches = Math.floor(indices.length / batch)
const scratch = mkdtempSync(join(tmpdir(), 'bench-views-'))
const list = join(scratch, 'files.txt')
writeFileSync(list, indices.map((index) => join(set.root, set.images[index]?.path ?? '')).join('\n'))

interface Side {
  /** Views a second over one epoch. */
  run(): Promise<number>
  close(): Promise<void> | void
}

/** Every image is decoded anew, as by the DataLoader: nothing is cached. */
function ours(size: number): Side {
  const loader = new ImageLoader(set, { threads, shortSide: Infinity, cacheBytes: 0 })
  const strong = recipe('strong', { size, normalize: 'imagenet' })
  let round = 0
  return {
    run: async () => {
      const start = performance.now()
      const stream = loader.training({ labelled: null, unlabelled: { indices, batch, recipes: [strong, strong] }, seed: round++ })
      for (let i = 0; i < batches; i++) await stream.next()
      const seconds = (performance.now() - start) / 1000
      await stream.close()
      return (batches * batch * 2) / seconds
    },
    close: () => loader.close(),
  }
}

function pytorch(size: number): Side {
  const script = fileURLToPath(new URL('pytorch/views.py', import.meta.url))
  const python = spawn(process.env.PYTHON ?? 'python3', [script, list, String(size), String(batch), String(threads)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface(python.stdout)
  const first = once(lines, 'line').then(
    ([line]) => size === 128 && console.log((JSON.parse(String(line)) as { versions: string }).versions),
  )
  python.on('error', (error) => exitWithout(error.message))
  python.on('exit', (code) => code && exitWithout(`it ended with code ${code}`))
  return {
    run: async () => {
      await first
      const answer = once(lines, 'line')
      python.stdin.write('\n')
      return (JSON.parse(String((await answer)[0])) as { viewsPerSecond: number }).viewsPerSecond
    },
    close: () => {
      python.stdin.end()
    },
  }
}

function exitWithout(reason: string): never {
  console.error(`views: expected a Python with torch, torchvision, Pillow and NumPy (set PYTHON), but ${reason}`)
  process.exit(1)
}

for (const size of [128, 160]) {
  const sides = { ours: ours(size), pytorch: pytorch(size) }
  const found: { ours: number[]; pytorch: number[] } = { ours: [], pytorch: [] }
  // Turn by turn, so that whatever else the machine does meets both; the first round warms up.
  for (let round = -1; round < rounds; round++)
    for (const name of ['ours', 'pytorch'] as const) {
      const speed = await sides[name].run()
      if (round >= 0) found[name].push(speed)
    }
  await Promise.all([sides.ours.close(), sides.pytorch.close()])
  const ratios = found.ours.map((speed, i) => speed / (found.pytorch[i] ?? NaN))
  console.log(
    `${size} px: ours ${median(found.ours).toFixed(0)} views/s, torchvision + PIL ${median(found.pytorch).toFixed(0)} views/s, ` +
      `ratio ${(median(found.ours) / median(found.pytorch)).toFixed(2)} (by round ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')})`,
  )
}
rmSync(scratch, { recursive: true })
