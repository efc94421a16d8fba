// Packages of npm with a pinned content. npm fetches them: it knows where the user has packages from.
import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { makeFolder, writeFileAtomic } from '../../../node/files.ts'
import { AppError } from '../../../shared/errors.ts'
import { filesOf } from './archive.ts'
import { runNpm } from './command.ts'

export interface Pinned {
  readonly name: string
  readonly version: string
  /** Of the package's archive, hexadecimal. */
  readonly sha256: string
}

/** The sources of the binding between Node and TensorFlow. */
export const bindingPackage: Pinned = {
  name: '@tensorflow/tfjs-node-gpu',
  version: '4.22.0',
  sha256: 'afd5599ee1662e732c00a0ad1f52a3d001bdc118a1f44bd592a0a0ebf2daa4c7',
}

/** Node's headers for it. */
export const headersPackage: Pinned = {
  name: 'node-api-headers',
  version: '1.9.0',
  sha256: '6cbfac49542194ae2c8f1dee5fa2dc00d66bec9cbf3b59e3a4e5f16d14eb0d19',
}

/** Writes the files of `part` of a package into a folder; runs nothing of it.
 * @throws AppError 'unreachable' without npm or a network, 'bad-data' if another archive came, 'stopped' */
export async function fetchPackage(pinned: Pinned, part: string, folder: string, signal: AbortSignal): Promise<void> {
  const coming = join(folder, '.archive')
  await makeFolder(coming)
  const archive = await readFile(await byNpm(pinned, coming, signal))
  const found = createHash('sha256').update(archive).digest('hex')
  if (found !== pinned.sha256)
    throw new AppError('bad-data', `${pinned.name} ${pinned.version}: expected SHA-256 ${pinned.sha256}, found ${found}`)
  for (const [name, content] of filesOf(archive)) {
    if (name.startsWith(`package/${part}/`)) await writeFileAtomic(join(folder, basename(name)), content)
  }
  await rm(coming, { recursive: true })
}

async function byNpm({ name, version }: Pinned, folder: string, signal: AbortSignal): Promise<string> {
  const ended = await runNpm(['pack', `${name}@${version}`, '--ignore-scripts', '--silent'], { signal, cwd: folder })
  const [file] = ended?.code === 0 ? (await readdir(folder)).filter((one) => one.endsWith('.tgz')) : []
  if (file !== undefined) return join(folder, file)
  const found = ended === null ? 'no npm, which comes with Node.js' : `its message: ${ended.words}`
  throw new AppError('unreachable', `${name} ${version}: expected npm to fetch it, found ${found}`)
}
