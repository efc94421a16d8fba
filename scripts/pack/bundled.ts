// Which packages are part of the interface's bundle: those of the modules that Vite reads and of the files that it puts beside them.
import { realpathSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'
import { build } from 'vite'
import type { Plugin } from 'vite'
import { renderer } from '../../electron.vite.config.ts'
import { packageOf } from './reached.ts'

/** @returns folders of packages relative to the project */
export async function bundledPackages(root: string): Promise<string[]> {
  const real = realpathSync(root)
  const found = new Set<string>()
  const add = (path: string): void => {
    const folder = packageOf(relative(real, path).replaceAll(sep, '/'))
    if (folder) found.add(folder)
  }
  const collect: Plugin = {
    name: 'bundled-packages',
    buildEnd() {
      for (const id of this.getModuleIds()) add(id.replace(/^\0|\?.*$/g, ''))
    },
    generateBundle(_options, bundle) {
      // Fonts that a style sheet asks for.
      for (const file of Object.values(bundle))
        if (file.type === 'asset') for (const name of file.originalFileNames) add(resolve(real, 'src/renderer', name))
    },
  }
  await build({
    ...renderer,
    configFile: false,
    logLevel: 'warn',
    plugins: [...(renderer.plugins ?? []), collect],
    build: { ...renderer.build, write: false, minify: false, reportCompressedSize: false },
  })
  return [...found].sort()
}
