// Exports: what is in the folder is checked against the run, explained, and runs by itself.
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { decodeFile } from '../../../src/engine/data/decode.ts'
import { TrainedModel } from '../../../src/engine/training/trained-model.ts'
import { exports } from '../../../src/main/services/exports/index.ts'
import type { JudgedImage } from '../../../src/shared/manifest.ts'
import { writePhotos } from '../../support/photos.ts'
import { calls, testStudio } from '../../support/services.ts'
import { addImages, addRun } from '../../support/tiny-project.ts'

const { studio, project, folder, ended, events } = testStudio()
const service = calls('exports', exports(studio))
const inProject = { project: project.id }
const photos = join(folder, 'photos')
const classes = ['amber | brown', 'beech', 'cedar']
const paths = Array.from({ length: 5 }, (_, i) => `amber/00${i}.jpg`)
let runFolder = ''
const judged: JudgedImage[] = []
const expected: number[][] = []

beforeAll(async () => {
  await writePhotos(photos, { classes: ['amber'], images: 5 })
  const ids = addImages(project, photos, paths)
  runFolder = addRun(project, 'r1', classes)
  const record = {
    classes,
    backbone: 'abc',
    method: 'self-tuning',
    settings: { rate: 0.1 },
    labelsPerClass: [3, 4, 5],
    seed: 7,
    versions: { node: '24' },
  }
  writeFileSync(join(runFolder, 'run.json'), JSON.stringify(record))
  const model = await TrainedModel.open(runFolder, 1)
  for (const [i, path] of paths.entries()) {
    const probabilities = [...(await model.predict(await decodeFile(join(photos, path))))]
    const predicted = probabilities.indexOf(Math.max(...probabilities))
    expected.push(probabilities)
    const loss = -Math.log(probabilities[1] ?? 1)
    judged.push({
      split: i === 4 ? 'test' : 'validation',
      id: ids[i] ?? 0,
      path,
      truth: 1,
      predicted,
      probability: probabilities[predicted] ?? 0,
      loss,
    })
  }
  await model.close()
})

function writeJudged(lines: readonly JudgedImage[]): void {
  writeFileSync(join(runFolder, 'evaluation.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}

/** The probabilities that a sample prints, by class. */
function printed(stdout: string): Record<string, number>[] {
  return stdout
    .trimEnd()
    .split(/\r?\n/)
    .map((line) =>
      Object.fromEntries(
        (line.split('\t')[1] ?? '')
          .split('  ')
          .map((pair) => [pair.slice(0, pair.lastIndexOf(' ')), Number(pair.slice(pair.lastIndexOf(' ')))]),
      ),
    )
}

function check(stdout: string): void {
  const found = printed(stdout)
  expect(found).toHaveLength(2)
  for (const [i, line] of found.entries())
    for (const [label, name] of classes.entries()) expect(Math.abs((line[name] ?? 0) - (expected[i]?.[label] ?? 0))).toBeLessThan(0.02)
}

test('the copied file says what the run said; the folder is listed', async () => {
  writeJudged(judged)
  expect((await service.formats({})).formats).toMatchObject([{ id: 'onnx', problem: null }])
  const end = await ended(service.export({ ...inProject, run: 'r1' }))
  const place = join(project.folder, 'exports', 'run-r1')
  expect(end).toMatchObject({ state: 'done', result: { kind: 'export', folder: place, parity: { images: 4, sameClass: 4 } } })
  const { result } = end
  expect(result?.kind === 'export' && result.parity?.largestDifference).toBeLessThan(1e-5)
  expect(readdirSync(place).sort()).toEqual(['labels.txt', 'model-card.md', 'model.onnx', 'predict.mjs', 'predict.py'])
  expect(readFileSync(join(place, 'model.onnx')).equals(readFileSync(join(runFolder, 'model.onnx')))).toBe(true)
  expect(readFileSync(join(place, 'labels.txt'), 'utf8')).toBe('amber | brown\nbeech\ncedar\n')
  const card = readFileSync(join(place, 'model-card.md'), 'utf8')
  expect(card).toContain('| amber \\| brown | 3 |')
  expect(card).toMatch(/4 of 4 have the same most probable class/)
  expect(await service.list(inProject)).toMatchObject({ exports: [{ folder: place, run: 'r1', format: 'onnx' }] })
  expect(events.some(({ topic }) => topic === 'exports.changed')).toBe(true)

  // Another folder the next time; a difference is shown, not hidden.
  writeJudged(judged.map((line) => ({ ...line, probability: line.probability - 0.25 })))
  const other = await ended(service.export({ ...inProject, run: 'r1' }))
  expect(other.result).toMatchObject({ folder: `${place}-2` })
  expect(other.result?.kind === 'export' && other.result.parity?.largestDifference).toBeCloseTo(0.25, 3)
})

test('nothing is overwritten, and without judged images there is no parity', async () => {
  const to = join(folder, 'taken')
  mkdirSync(to)
  writeJudged([])
  expect(await ended(service.export({ ...inProject, run: 'r1', to }))).toMatchObject({ state: 'done', result: { parity: null } })
  await expect(service.export({ ...inProject, run: 'r1', to })).rejects.toMatchObject({ code: 'conflict' })
  await expect(service.export({ ...inProject, run: 'r1', to: 'here' })).rejects.toMatchObject({ code: 'bad-option' })
  await expect(service.export({ ...inProject, run: 'r1', format: 'clay' })).rejects.toMatchObject({ code: 'bad-option' })
  await expect(service.export({ ...inProject, run: 'r2' })).rejects.toMatchObject({ code: 'not-found' })
  // A run whose record is lost: an error, and no folder.
  writeFileSync(join(runFolder, 'run.json'), '{')
  expect(await ended(service.export({ ...inProject, run: 'r1', to: join(folder, 'new') }))).toMatchObject({ error: { code: 'bad-data' } })
  expect(readdirSync(folder).filter((name) => name.includes('new'))).toEqual([])
})

test('the JavaScript sample runs as it is', async () => {
  const place = join(project.folder, 'exports', 'run-r1')
  symlinkSync(resolve(import.meta.dirname, '../../../node_modules'), join(folder, 'node_modules'))
  const files = paths.slice(0, 2).map((path) => join(photos, path))
  check((await promisify(execFile)(process.execPath, [join(place, 'predict.mjs'), ...files])).stdout)
})

const interpreter = process.env.PYTHON ?? 'python3'
const hasPackages = spawnSync(interpreter, ['-c', 'import onnxruntime, PIL']).status === 0
test.skipIf(!hasPackages)(`the Python sample runs as it is (${interpreter}, or PYTHON, needs onnxruntime and Pillow)`, async () => {
  const place = join(project.folder, 'exports', 'run-r1')
  const files = paths.slice(0, 2).map((path) => join(photos, path))
  check((await promisify(execFile)(interpreter, [join(place, 'predict.py'), ...files])).stdout)
})
