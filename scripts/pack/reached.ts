// Which files and packages built entries reach, by their imports: lists kept by hand would be wrong after the next change.
import { readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { cruise } from 'dependency-cruiser'

export interface Reached {
  /** Built files, relative to `built`. */
  readonly files: readonly string[]
  /** Folders of packages relative to the project: `node_modules/a`, `node_modules/a/node_modules/b`. */
  readonly packages: readonly string[]
}

/** @param entries relative to `built`, a folder somewhere in `root` */
export async function reachedFrom(entries: readonly string[], built: string, root: string): Promise<Reached> {
  const base = relative(root, built)
  const { output } = await cruise(
    entries.map((entry) => join(base, entry)),
    // Electron is there when the application runs; its package only fetches it.
    { baseDir: root, exclude: { path: '(^|/)node_modules/electron/' } },
    { exportsFields: ['exports'], conditionNames: ['node', 'import', 'require', 'default'] },
  )
  if (typeof output === 'string') throw new Error(`cannot follow imports of ${base}: ${output}`)
  const sources = output.modules.filter((module) => module.couldNotResolve !== true).map((module) => module.source.replaceAll(sep, '/'))
  const own = `${base.replaceAll(sep, '/')}/`
  const files = sources.filter((source) => source.startsWith(own)).map((source) => source.slice(own.length))
  const packages = sources.flatMap((source) => packageOf(source) ?? [])
  return { files, packages: [...new Set([...packages, ...namedIn(files, built, root)])].sort() }
}

/** The folder of the package that a file belongs to. */
export function packageOf(file: string): string | null {
  return /^(?:.*\/)?(?:node_modules\/(?:@[^/]+\/)?[^/]+)(?=\/)/.exec(file)?.[0] ?? null
}

/** Dependencies that built files do not import but look for, to read a file of theirs: `resolve("name/file")`. */
function namedIn(files: readonly string[], built: string, root: string): string[] {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
  const text = files.map((file) => readFileSync(join(built, file), 'utf8')).join('\n')
  return Object.keys(dependencies)
    .filter((name) => text.includes(`resolve("${name}/`))
    .map((name) => `node_modules/${name}`)
}
