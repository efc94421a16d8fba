// A project from the command line: made, labelled, trained on, paused and resumed, exported; each command is a process of its own.
import { existsSync, readdirSync, renameSync, rmSync, truncateSync } from 'node:fs'
import { expect, test } from 'vitest'
import { jsonLines } from '../support/command-line.ts'
import { begin, classes, command, setting } from './setting.ts'

const { photos, backbone, at } = setting()
process.env.SELF_TUNING_HOME = at('home')

async function result(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await command(...args, '--json')
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' })
  const last = jsonLines(stdout).at(-1)
  expect(last?.event).toBe('done')
  return last ?? {}
}

const project = at('project')
const training = ['--backbone', backbone, '--normalize', 'imagenet', '--labels-per-class', '4', '--seed', '3', '--set', 'projection=64']

test('make a project, take in images, label, train, export', async () => {
  const made = await result('project', 'create', project, '--images', photos, '--name', 'Trees')
  expect(made).toMatchObject({
    project: { name: 'Trees', images: 160, labelled: 160, classes: 4 },
    report: { added: 160, unreadable: 0, labelled: 160 },
  })
  expect(await result('project', 'list')).toMatchObject({ projects: [{ name: 'Trees', images: 160, labelled: 160, available: true }] })

  const image = at('photos/train/amber/000.jpg')
  expect(await result('project', 'label', project, image, '--class', 'elm')).toMatchObject({ images: 1 })
  expect(await result('project', 'label', project, image, '--class', ' AMBER')).toMatchObject({ images: 1 })
  const status = (await result('project', 'status', project)) as {
    classes: { name: string; images: number }[]
    splits: { labelled: object }
  }
  expect(status.classes.map(({ name, images }) => [name, images])).toEqual([...classes.map((name) => [name, 40]), ['elm', 0]])
  expect(status.splits.labelled).toEqual({ train: 96, validation: 24, test: 40, none: 0 })

  const { run } = (await result('run', 'start', project, '--method', 'self-tuning', '--steps', '120', ...training)) as {
    run: { id: string }
  }
  expect(run).toMatchObject({ state: 'done', hasModel: true, result: { steps: 120 } })
  expect(await result('run', 'list', project)).toMatchObject({ runs: [{ id: run.id, state: 'done' }] })
  expect(await result('run', 'show', project, run.id)).toMatchObject({ run: { id: run.id, config: { method: 'self-tuning' } } })

  const exported = await result('export', project, run.id, '--to', at('export'))
  expect(exported).toMatchObject({ folder: at('export'), parity: { images: 24, sameClass: 24 } })
  expect(readdirSync(at('export'))).toEqual(expect.arrayContaining(['labels.txt', 'model-card.md', 'model.onnx']))
  const prediction = await command('predict', '--model', at('export', 'model.onnx'), at('photos/test/cedar/000.jpg'), '--json')
  expect(prediction.code).toBe(0)
})

test('Ctrl-C pauses a run; resume goes on with it in another process', async () => {
  const running = begin(
    'run',
    'start',
    project,
    '--method',
    'fine-tuning',
    '--steps',
    '4000',
    '--set',
    'validations=40',
    ...training.slice(0, -2),
    '--json',
  )
  await running.seen(/"event":"validation"/)
  running.process.kill('SIGINT')
  expect((await running.finished).code).toBe(130)
  const { runs } = (await result('run', 'list', project)) as { runs: { id: string; state: string }[] }
  const paused = runs.find(({ state }) => state === 'paused')
  expect(await result('run', 'resume', project, paused?.id ?? '')).toMatchObject({ run: { state: 'done', result: { steps: 4000 } } })
})

test('a damaged project is checked and repaired', async () => {
  const [backup] = readdirSync(at('project/backups'))
  expect(await result('project', 'check', project)).toMatchObject({ whole: true, problems: [], backups: [{ file: backup }] })
  truncateSync(at('project/project.db'), 5000)
  const { stderr } = await command('project', 'status', project)
  expect(stderr).toContain('"check" says what it can be restored from, "repair" does it')
  expect(await result('project', 'check', project)).toMatchObject({ whole: false, problems: [expect.any(String)] })
  expect((await command('project', 'repair', project, '--backup', 'nothing.db')).code).toBe(1)
  const repaired = await command('project', 'repair', project, '--backup', at('project/backups', backup ?? ''))
  expect(repaired).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`'Trees' in ${project} is whole`) as string })
  expect(await result('project', 'check', project)).toMatchObject({ whole: true })
})

test('moved images are found again with their labels; what is wrong is one line', async () => {
  renameSync(at('photos/train/amber/001.jpg'), at('photos/train/beech/moved.jpg'))
  rmSync(at('photos/train/amber/002.jpg'))
  expect(await result('project', 'import', project, photos)).toMatchObject({ report: { added: 0, moved: 1, missing: 1 } })
  for (const [args, message] of [
    [['project', 'status', at('photos')], 'photos'],
    [['project', 'label', project, backbone, '--class', 'amber'], 'tiny.onnx'],
    [['run', 'show', project, 'nothing'], 'nothing'],
    [['run', 'start', project, '--backbone', at('none.onnx')], 'none.onnx: expected an ONNX file or the id of a backbone, found neither'],
    [['project', 'create', at('new'), '--images', at('fotos')], 'fotos'],
    [['project', 'create', at('new'), '--images', backbone], 'tiny.onnx: expected a folder, found a file'],
    [['project', 'create', at('photos')], 'photos'],
  ] as const) {
    const { code, stderr } = await command(...args)
    expect(code, stderr).toBe(1)
    expect(stderr).toMatch(/^error: .*\n$/)
    expect(stderr).toContain(message)
  }
  expect(existsSync(at('new'))).toBe(false)
})
