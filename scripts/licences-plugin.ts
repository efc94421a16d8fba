// Puts the licences of everything that is handed out beside the page, which shows them: the packages that the program runs with, and those in its bundle.
import { existsSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { licenceFile } from './pack/licence-file.ts'
import { packageOf } from './pack/reached.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>
}

/** Writes `licences.txt` beside the page. */
export function licences(): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    generateBundle() {
      const bundled = [...this.getModuleIds()].flatMap((id) => packageOf(relative(root, id).replaceAll(sep, '/')) ?? [])
      const folders = [...new Set([...installed(), ...bundled])].filter((folder) => existsSync(join(root, folder, 'package.json')))
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
