// A file of the licences of everything that is handed out: this program, the packages it runs with, and those that the interface's bundle holds.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly license?: string
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>
}

/** Writes `licences.txt` beside the page. */
export function licences(): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    generateBundle() {
      const bundled = [...this.getModuleIds()].flatMap((id) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? [])
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: licencesOf([...installed(), ...bundled]) })
    },
  }
}

/** Folders of the packages that the program runs with, and of Electron, which it runs in. */
function installed(): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  const used = Object.entries(packages).filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
  return [...used.map(([path]) => path), 'node_modules/electron', 'node_modules/node'].map((path) => join(root, path))
}

/** @param folders those that are not there are other systems' */
function licencesOf(folders: readonly string[]): string {
  const own = `Self-Tuning Studio\n\n${readFileSync(join(root, 'LICENSE'), 'utf8')}`
  const texts = [...new Set(folders)].filter((folder) => existsSync(join(folder, 'package.json'))).map(textOf)
  return [own, ...[...new Set(texts)].sort()].join(`\n${'-'.repeat(80)}\n\n`)
}

function textOf(folder: string): string {
  const { name = '', version = '', license = '' } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file) && !/\.(js|ts|json)$/.test(file))
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim())
  return `${name} ${version}${license === '' ? '' : ` (${license})`}\n${texts.map((text) => `\n${text}\n`).join('')}`
}
