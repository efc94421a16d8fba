// What the end-to-end tests share: the real command line, a folder for one test file, photos and a backbone in it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { run, start } from '../support/command-line.ts'
import type { Finished, Running } from '../support/command-line.ts'
import { writePhotos } from '../support/photos.ts'
import { tinyBackbone } from '../support/tiny-backbone.ts'

export const root = resolve(import.meta.dirname, '../..')
const cli = join(root, 'src/main/cli.ts')

export const classes = ['amber', 'beech', 'cedar', 'dogwood'] as const

export interface Setting {
  readonly folder: string
  /** Photos in split/class/ folders: 24 train, 6 validation, 10 test a class. */
  readonly photos: string
  readonly backbone: string
  /** A path in the folder. */
  readonly at: (...parts: string[]) => string
}

/** Made before the tests of a file, removed after them. */
export function setting(): Setting {
  const folder = mkdtempSync(join(tmpdir(), 'e2e-'))
  const at = (...parts: string[]): string => join(folder, ...parts)
  const made = { folder, at, photos: at('photos'), backbone: at('tiny.onnx') }
  beforeAll(async () => {
    await writePhotos(made.photos, { classes, images: { train: 24, validation: 6, test: 10 } })
    writeFileSync(made.backbone, tinyBackbone())
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return made
}

export function command(...args: string[]): Promise<Finished> {
  return run(cli, args)
}

export function begin(...args: string[]): Running {
  return start(cli, args)
}
