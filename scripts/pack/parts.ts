// The two parts of a package, by what their entries reach: the application in Electron and the engine in its own Node.
import { globSync } from 'node:fs'
import { sep } from 'node:path'
import { withNatives } from './packages.ts'
import { reachedFrom } from './reached.ts'
import type { Reached } from './reached.ts'
import { nameOf } from './target.ts'
import type { Target } from './target.ts'

/** Where things are: the project; the build, somewhere in the project; the folder that holds the target's node_modules. */
export interface Places {
  readonly root: string
  readonly built: string
  readonly installed: string
}

/** What is in src/main. The interface and the preload script are bundles that need no more. */
export function applicationPart({ root, built }: Places): Promise<Reached> {
  return reachedFrom(entries(built, ['main/**/*.js']), built, root)
}

/** What is started by its path, the same as in electron.vite.config.ts, and native packages for the target.
 * @throws where npm has left out what the target needs. */
export async function enginePart({ root, built, installed }: Places, target: Target): Promise<Reached> {
  const { files, packages } = await reachedFrom(
    entries(built, ['engine/index.js', 'engine/media/index.js', 'engine/**/*-worker.js']),
    built,
    root,
  )
  const all = withNatives(packages, installed)
  const native = `@img/sharp-${nameOf(target)}`
  if (!all.includes(`node_modules/${native}`))
    throw new Error(`cannot pack for ${nameOf(target)}: expected ${native} to be installed, found no such package`)
  return { files, packages: all }
}

function entries(built: string, patterns: string[]): string[] {
  return globSync(patterns, { cwd: built }).map((path) => path.replaceAll(sep, '/'))
}
