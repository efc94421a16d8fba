// Packages that a bundle of Vite's is made of: those of the modules that it reads, and of the files that it puts beside them.
import { realpathSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'
import type { Rollup } from 'vite'
import { packageOf } from './reached.ts'

/** @param root of the project @param modules their ids, when the bundle is generated @returns folders of packages relative to the root */
export function bundlePackages(root: string, modules: Iterable<string>, bundle: Rollup.OutputBundle): string[] {
  const real = realpathSync(root)
  // Ids of Vite's own modules, and what is asked of a file.
  const files = [...modules].map((id) => id.replace(/^\0|\?.*$/g, ''))
  // Fonts that a style sheet asks for.
  const assets = Object.values(bundle).flatMap((file) => (file.type === 'asset' ? file.originalFileNames : []))
  const paths = [...files, ...assets.map((name) => resolve(real, 'src/renderer', name))]
  return [...new Set(paths.flatMap((path) => packageOf(relative(real, path).replaceAll(sep, '/')) ?? []))].sort()
}
