// The licences of packages as one text: each package's own, word for word.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { legal, manifest } from './packages.ts'
import type { Manifest } from './packages.ts'

export interface PackageFolder {
  /** The folder that holds its node_modules. */
  readonly in: string
  /** Below it. */
  readonly folder: string
}

/** This program's opening words, then the texts of the packages and of Node.js by title, each once.
 * @throws naming a package that has no text and for which `standard` has none */
export function licenceFile(root: string, packages: readonly PackageFolder[]): string {
  const entries = packages.map((place) => entry(place.in, place.folder, root)).sort((a, b) => (a.title < b.title ? -1 : 1))
  const node = { title: 'Node.js, which the engine runs on', text: readFileSync(join(root, 'resources/licences/Node.js.txt'), 'utf8') }
  const all = [...new Map([...entries, node].map((one) => [one.title, one])).values()]
  return [opening, ...all.map(({ title, text }) => `${rule}\n${title}\n${rule}\n\n${text.trim()}\n`)].join('\n')
}

const rule = '='.repeat(80)

const opening = `Self-Tuning Studio is licensed under the Apache License 2.0 (LICENSE.txt). It contains the software below.
Electron's licence and those of Chromium (LICENSE.electron.txt, LICENSES.chromium.html) are installed beside it.
libvips and the libraries under the LGPL in it are separate files, which may be replaced by changed versions.
`

function entry(installed: string, folder: string, root: string): { title: string; text: string } {
  const found = manifest(installed, folder)
  const title = `${found.name} ${found.version} (${found.license?.replace(/^\((.*)\)$/, '$1') ?? 'licence in the text'})`
  const files = readdirSync(join(installed, folder)).filter((name) => legal.test(name))
  const own = files.sort().map((name) => readFileSync(join(installed, folder, name), 'utf8').trim())
  // What prebuilt libraries contain is only told in the readme.
  const readme = /^@img\/sharp-/.test(found.name) ? [thirdParties(join(installed, folder))] : []
  const texts = [...own, ...readme].filter((text) => text !== '')
  return { title, text: own.length > 0 ? texts.join('\n\n') : [standardText(found, root), ...texts].join('\n\n') }
}

function thirdParties(folder: string): string {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8')
  return /^## Licensing\n[^]*/m.exec(readme)?.[0] ?? ''
}

/** The texts of the licences that a package names, where it has no file of its own, below whose they are. */
function standardText({ name, version, license = '', author, repository, homepage }: Manifest, root: string): string {
  const notices = JSON.parse(readFileSync(join(root, 'resources/licences/notices.json'), 'utf8')) as Readonly<Record<string, string>>
  const holder = typeof author === 'object' ? author.name : author
  const source = homepage ?? (typeof repository === 'object' ? repository.url : repository)
  const notice = notices[name] ?? (holder === undefined ? undefined : `Copyright (c) ${holder}`)
  const texts = license
    .replace(/[()]/g, '')
    .split(' AND ')
    .map((id) => standard[id]?.map((file) => readFileSync(join(root, file), 'utf8').trim()).join('\n\n'))
  if (notice === undefined || texts.includes(undefined))
    throw new Error(
      `${name} ${version}: expected a licence file, or a holder and a licence whose text is in resources/licences, found ${license || 'neither'}`,
    )
  return [source === undefined ? notice : `${notice}\n${source}`, ...texts].join('\n\n')
}

/** Where the texts are. The LGPL adds to the GPL. */
const standard: Readonly<Record<string, readonly string[] | undefined>> = {
  MIT: ['resources/licences/MIT.txt'],
  'BSD-3-Clause': ['resources/licences/BSD-3-Clause.txt'],
  'Apache-2.0': ['LICENSE'],
  'LGPL-3.0-or-later': ['resources/licences/LGPL-3.0.txt', 'resources/licences/GPL-3.0.txt'],
}
