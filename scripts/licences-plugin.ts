// Puts the licences of everything that is handed out beside the page, which shows them: the packages that the program runs with, and those in its bundle.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { bundlePackages } from './pack/bundle-packages.ts'
import { licenceFile } from './pack/licence-file.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>
}

/** Writes `licences.txt` beside the page. */
export function licences(): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    generateBundle(_options, bundle) {
      const folders = [...new Set([...installed(), ...bundlePackages(root, this.getModuleIds(), bundle)])].filter((folder) =>
        existsSync(join(root, folder, 'package.json')),
      )
      const source = licenceFile(
        root,
        folders.map((folder) => ({ in: root, folder })),
      )
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source })
    },
  }
}

/** Packages that the program runs with, and Electron, which it runs in. */
function installed(): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  const used = Object.entries(packages).filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
  return [...used.map(([path]) => path), 'node_modules/electron']
}
