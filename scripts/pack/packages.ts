// Copies packages as they are loaded at run time: without types, sources and other systems' native files, with their licences.
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import type { Target } from './target.ts'

/** Packages with native files name them as optional dependencies, one a system: npm has installed those of the target, and imports were
 * followed to those of this machine. */
export function withNatives(packages: readonly string[], installed: string): string[] {
  const all = new Set<string>()
  const optional = new Set<string>()
  const add = (folder: string): void => {
    if (all.has(folder)) return
    all.add(folder)
    for (const name of Object.keys(manifest(installed, folder).optionalDependencies ?? {})) {
      optional.add(`node_modules/${name}`)
      const found = [`${folder}/node_modules/${name}`, `node_modules/${name}`].find((path) => existsSync(join(installed, path)))
      if (found) add(found)
    }
  }
  const isThere = (folder: string): boolean => existsSync(join(installed, folder))
  packages.filter(isThere).forEach(add)
  const missing = packages.find((folder) => !isThere(folder) && !optional.has(folder))
  if (missing !== undefined) throw new Error(`cannot pack: expected ${missing} in ${installed}, found no such package`)
  return [...all].sort()
}

/** @param packages folders below `installed`; their places below `into` are the same, so that each finds the version that it found before */
export function copyPackages(packages: readonly string[], installed: string, into: string, target: Target): void {
  for (const folder of packages) {
    const from = join(installed, folder)
    cpSync(from, join(into, folder), {
      recursive: true,
      dereference: true,
      filter: (path) => isLoaded(relative(from, path).replaceAll(sep, '/'), target),
    })
  }
}

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly homepage?: string
  readonly author?: string | { readonly name: string }
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly repository?: string | { readonly url: string }
}

export function manifest(installed: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(installed, folder, 'package.json'), 'utf8')) as Manifest
}

/** Names of licences and notices. */
export const legal = /^(licen[cs]e|copying|notice|third.?party)/i

/** @param path in the package */
function isLoaded(path: string, target: Target): boolean {
  if (path === '') return true
  // A package below this one is there by its own reason, or not.
  if (/(^|\/)node_modules(\/|$)/.test(path)) return false
  if (legal.test(basename(path))) return true
  if (/(^|\/)(test|tests|\.github)(\/|$)|\.(ts|mts|cts|map|md|markdown|flow|cc|h|gyp)$/i.test(path)) return false
  // ONNX Runtime: bin/napi-v6/win32/x64.
  const [, platform, arch] = /^bin\/napi-v\d+\/([^/]+)(?:\/([^/]+))?/.exec(path) ?? []
  if (platform !== undefined && (platform !== target.platform || (arch !== undefined && arch !== target.arch))) return false
  // On macOS it has its library twice; the binding loads the one that is named by its main version.
  if (/libonnxruntime\.\d+\.\d+\.\d+\.dylib$/.test(path)) return false
  // trash: a program each for Windows and macOS.
  if (path === 'lib/windows-trash.exe') return target.platform === 'win32'
  if (path === 'lib/macos-trash') return target.platform === 'darwin'
  return true
}
