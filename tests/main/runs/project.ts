// A project with labelled images in its database and a backbone in the application's folder; the engine is the fake one.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EngineQueue } from '../../../src/main/engine/queue.ts'
import { runs } from '../../../src/main/services/runs/index.ts'
import type { RunConfig } from '../../../src/shared/contract/runs.ts'
import { calls, testStudio } from '../../support/services.ts'
import type { TestStudio } from '../../support/services.ts'

const fakeEngine = new URL('../fake/engine.ts', import.meta.url)
export const backboneId = 'abcdef0123456789'

export interface RunsProject extends TestStudio {
  readonly runs: ReturnType<typeof calls<'runs'>>
  /** Folders that went to the trash. */
  readonly trashed: string[]
  /** A configuration for the fake engine's training of this name. */
  readonly config: (method: string, more?: Partial<RunConfig>) => RunConfig
  /** Resolves once the run is in the state. */
  readonly reached: (run: string, state: string) => Promise<void>
  /** The service as another process would find the project: everything in memory is forgotten.
   * @param stays as a server does; else it is a command */
  readonly reopened: (stays?: boolean) => ReturnType<typeof calls<'runs'>>
}

/** @param labels labelled images of each class; twice as many without a label follow */
export function runsProject(labels: readonly number[] = [6, 6]): RunsProject {
  const made = testStudio(new EngineQueue({ entry: fakeEngine }))
  const { studio, project, folder, events } = made
  const photos = join(folder, 'photos')
  mkdirSync(photos)
  const { db } = project
  db.run('INSERT INTO sources (id, folder) VALUES (1, ?)', photos)
  let count = 0
  const add = (label: number | null): void => {
    count++
    db.run(
      `INSERT INTO images (id, source, path, hash, bytes, modified_at, format, width, height, state, class, added_at)
       VALUES (?, 1, ?, ?, 1, 0, 'jpeg', 8, 8, 'present', ?, '2026-01-01T00:00:00.000Z')`,
      ...[count, `${String(count).padStart(3, '0')}.jpg`, Buffer.from([count]), label],
    )
  }
  for (const [i, images] of labels.entries()) {
    db.run('INSERT INTO classes (id, name, colour, position) VALUES (?, ?, ?, ?)', i + 1, `class ${i + 1}`, '#000000', i)
    for (let n = 0; n < images; n++) add(i + 1)
  }
  const unlabelled = 2 * count
  for (let n = 0; n < unlabelled; n++) add(null)
  writeBackbone(join(studio.dataFolder, 'backbones', backboneId))

  const trashed: string[] = []
  const open = (stays = true): ReturnType<typeof calls<'runs'>> =>
    calls(
      'runs',
      runs({ ...studio, stays }, (path) => Promise.resolve(void trashed.push(path)), 20),
    )
  return {
    ...made,
    runs: open(),
    trashed,
    config: (method, more = {}) => ({ method, backbone: backboneId, budget: 'quick', settings: {}, seed: 0, ...more }),
    reached: (run, state) =>
      new Promise((resolve) => {
        const fits = (): boolean => db.get<{ state: string }>('SELECT state FROM runs WHERE id = ?', run)?.state === state
        if (fits()) return resolve()
        const end = studio.events.listen(() => {
          if (!fits()) return
          end()
          resolve()
        })
      }),
    reopened: (stays) => {
      events.length = 0
      return open(stays)
    },
  }
}

function writeBackbone(folder: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'model.onnx'), 'onnx')
  const record = {
    ...{ name: 'tiny', bytes: 4, sha256: 'a'.repeat(64), normalize: null, parameters: 1, addedAt: '2026-01-01T00:00:00.000Z' },
    ...{ model: 'model.onnx', dataFiles: [] },
  }
  writeFileSync(join(folder, 'backbone.json'), JSON.stringify(record))
}
