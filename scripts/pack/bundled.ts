// Which packages are part of the interface's bundle.
import { build } from 'vite'
import type { Plugin } from 'vite'
import { renderer } from '../../electron.vite.config.ts'
import { bundlePackages } from './bundle-packages.ts'

/** @returns folders of packages relative to the project */
export async function bundledPackages(root: string): Promise<string[]> {
  let found: string[] = []
  const collect: Plugin = {
    name: 'bundled-packages',
    generateBundle(_options, bundle) {
      found = bundlePackages(root, this.getModuleIds(), bundle)
    },
  }
  await build({
    ...renderer,
    configFile: false,
    logLevel: 'warn',
    plugins: [...(renderer.plugins ?? []), collect],
    build: { ...renderer.build, write: false, minify: false, reportCompressedSize: false },
  })
  return found
}
