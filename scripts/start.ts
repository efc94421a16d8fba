// Opens the application: in its window where Electron is there or can be fetched, else in the browser. Usage: node scripts/start.ts
// [--browser] [--watch [--route /_components]] [folder] [words]; --watch shows changes of the sources at once.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { callerFolder } from '../src/main/caller-folder.ts'
import { serveWords, startWords, windowWords } from './start-words.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const electron = join(root, 'node_modules/electron')
const words = startWords(process.argv.slice(2), callerFolder())
const { inBrowser, isWatching } = words
/** Milliseconds: a window that ends in error sooner could not be opened at all. */
const soon = 10_000

const reason = inBrowser ? null : (whyNoDisplay() ?? whyNoElectron() ?? (await openWindow()))
if (reason !== 'opened') {
  if (reason !== null) process.stdout.write(`No window (${reason}): the browser shows the same application.\n`)
  await openBrowser()
}

function whyNoDisplay(): string | null {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env
  return process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY ? 'there is no display' : null
}

/** Electron's program, or null where it has not been fetched. */
function program(): string | null {
  const named = join(electron, 'path.txt')
  if (!existsSync(named)) return null
  const path = join(process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(electron, 'dist'), readFileSync(named, 'utf8'))
  return existsSync(path) ? path : null
}

/** Fetches Electron where it is missing, once, by its own installer, which compares a checksum. */
function whyNoElectron(): string | null {
  if (program() !== null) return null
  process.stdout.write('Fetching Electron, about 120 MB, once…\n')
  const { status, stderr, error } = spawnSync(process.execPath, [join(electron, 'install.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  })
  if (status === 0 && program() !== null) return null
  const said = stderr.split('\n').find((line) => /error/i.test(line))
  return `Electron could not be fetched: ${error?.message ?? said?.trim().slice(0, 200) ?? `its installer ended with ${status ?? 'a signal'}`}`
}

/** @returns 'opened', or why not */
async function openWindow(): Promise<string> {
  const [command, before] = isWatching ? [process.execPath, [electronVite(), 'dev', '--watch', '--']] : [program() ?? '', [root]]
  if (!isWatching && isStale()) {
    const { status } = spawnSync(process.execPath, [electronVite(), 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' })
    if (status !== 0) return 'the build has failed'
  }
  const began = performance.now()
  const child = spawn(command, [...before, ...windowWords(words)], { cwd: root, stdio: 'inherit' })
  // Ctrl-C reaches both; this one ends when the window has.
  process.on('SIGINT', () => undefined)
  const code = await new Promise<number | string>((done) => {
    child.once('error', (error) => done(error.message))
    child.once('exit', (status, signal) => done(status ?? signal ?? 1))
  })
  if (code !== 0 && code !== 'SIGINT' && performance.now() - began < soon) return `it could not be opened: ${code}`
  process.exitCode = typeof code === 'number' ? code : 0
  return 'opened'
}

function electronVite(): string {
  return join(root, 'node_modules/electron-vite/bin/electron-vite.js')
}

/** Whether a source is newer than the build, or there is none. */
function isStale(): boolean {
  const built = ['main/index.js', 'preload/index.cjs', 'renderer/index.html'].map((file) =>
    statSync(join(root, 'out', file), { throwIfNoEntry: false }),
  )
  const oldest = Math.min(...built.map((stats) => stats?.mtimeMs ?? 0))
  const sources = globSync(['src/**/*', 'electron.vite.config.ts', 'package-lock.json'], { cwd: root })
  return sources.some((file) => statSync(join(root, file)).mtimeMs > oldest)
}

async function openBrowser(): Promise<void> {
  process.removeAllListeners('SIGINT')
  const served = serveWords(words)
  if (isWatching) {
    process.argv = [process.execPath, join(root, 'scripts/interface.ts'), '--watch', ...served]
    await import('./interface.ts')
    return
  }
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/interface.ts')], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  process.argv = [process.execPath, join(root, 'src/main/serve.ts'), '--open', '--welcome', ...served]
  await import('../src/main/serve.ts')
}
