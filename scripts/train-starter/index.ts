// `npm run train:starter`: trains resources/backbones/starter.onnx from random weights; Ctrl-C keeps a checkpoint, --resume goes on from it.
// Options: --data FOLDER (photos and teacher), --out FOLDER (working files), --to FILE, --threads N, --resume.
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { stderr, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { OnnxRuntimeEngine } from '../../src/engine/backends/onnxruntime/engine.ts'
import { progressLine } from './progress.ts'
import { publish } from './publish.ts'
import { starterRecipe } from './recipe.ts'
import { trainStarter } from './train.ts'

const inProject = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const { values } = parseArgs({
  options: {
    data: { type: 'string', default: inProject('../shared/data') },
    out: { type: 'string', default: inProject('.cache/starter') },
    to: { type: 'string', default: inProject('resources/backbones/starter.onnx') },
    threads: { type: 'string', default: String(availableParallelism()) },
    resume: { type: 'boolean', default: false },
  },
})

const recipe = starterRecipe
const data = resolve(values.data)
const needed = [...recipe.sources.map(({ folder }) => folder), recipe.teacher.file].map((path) => join(data, path))
const missing = needed.filter((path) => !existsSync(path))
if (missing.length > 0) {
  stderr.write(`train:starter: expected photos and the teacher at ${needed.join(', ')}; found none at ${missing.join(', ')}\n`)
  process.exit(1)
}

const abort = new AbortController()
process.on('SIGINT', () => {
  if (abort.signal.aborted) process.exit(130)
  stderr.write('\nkeeping a checkpoint; Ctrl-C again stops at once\n')
  abort.abort()
})
const threads = Number(values.threads)
const engine = new OnnxRuntimeEngine({ threads })
const start = performance.now()
try {
  const say = progressLine(recipe, (line) => stdout.write(`${line}\n`))
  const metadata = { about: 'Self-Tuning Studio starter backbone; see resources/backbones/starter.md', license: 'Apache-2.0' }
  const { resume } = values
  const file = await trainStarter({
    recipe,
    data,
    out: resolve(values.out),
    engine,
    threads,
    resume,
    signal: abort.signal,
    report: say,
    metadata,
  })
  await publish(resolve(values.to), file, new Date())
  stdout.write(`${values.to}: ${(file.length / 1e6).toFixed(1)} MB, after ${((performance.now() - start) / 60_000).toFixed(1)} minutes\n`)
} catch (error) {
  stderr.write(`train:starter: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = abort.signal.aborted ? 130 : 1
} finally {
  await engine.dispose()
}
