// Packages of the npm registry with a pinned content: by npm where it is, since it knows the user's registry, else from the public one.
import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { makeFolder, writeFileAtomic } from '../../../node/files.ts'
import { AppError } from '../../../shared/errors.ts'
import { download } from '../backbones/download/download.ts'
import { filesOf } from './archive.ts'
import { run } from './command.ts'

export interface Pinned {
  readonly name: string
  readonly version: string
  readonly bytes: number
  /** Of the package's archive, hexadecimal. */
  readonly sha256: string
}

/** The sources of the binding between Node and TensorFlow. */
export const bindingPackage: Pinned = {
  name: '@tensorflow/tfjs-node-gpu',
  version: '4.22.0',
  bytes: 223_379,
  sha256: 'afd5599ee1662e732c00a0ad1f52a3d001bdc118a1f44bd592a0a0ebf2daa4c7',
}

/** Node's headers for it. */
export const headersPackage: Pinned = {
  name: 'node-api-headers',
  version: '1.9.0',
  bytes: 16_974,
  sha256: '6cbfac49542194ae2c8f1dee5fa2dc00d66bec9cbf3b59e3a4e5f16d14eb0d19',
}

/** Writes the files of `part` of a package into a folder; runs nothing of it.
 * @throws AppError 'unreachable', 'bad-data' if another archive came, 'stopped' */
export async function fetchPackage(pinned: Pinned, part: string, folder: string, signal: AbortSignal): Promise<void> {
  const coming = join(folder, '.archive')
  await makeFolder(coming)
  const archive = await readFile((await byNpm(pinned, coming, signal)) ?? (await byAddress(pinned, join(coming, 'package.tgz'), signal)))
  const found = createHash('sha256').update(archive).digest('hex')
  if (found !== pinned.sha256)
    throw new AppError('bad-data', `${pinned.name} ${pinned.version}: expected SHA-256 ${pinned.sha256}, found ${found}`)
  for (const [name, content] of filesOf(archive)) {
    if (name.startsWith(`package/${part}/`)) await writeFileAtomic(join(folder, basename(name)), content)
  }
  await rm(coming, { recursive: true })
}

/** Null where there is no npm, or it cannot have the package. */
async function byNpm({ name, version }: Pinned, folder: string, signal: AbortSignal): Promise<string | null> {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const ended = await run(npm, ['pack', `${name}@${version}`, '--ignore-scripts', '--silent'], { signal, cwd: folder })
  const [file] = ended?.code === 0 ? (await readdir(folder)).filter((one) => one.endsWith('.tgz')) : []
  return file === undefined ? null : join(folder, file)
}

async function byAddress({ name, version, bytes, sha256 }: Pinned, file: string, signal: AbortSignal): Promise<string> {
  const address = `https://registry.npmjs.org/${name}/-/${name.split('/').at(-1) ?? name}-${version}.tgz`
  await download({ address, bytes, sha256 }, { file, signal })
  return file
}
