// Lays out what would be packed for a target and says how large it is: node scripts/stage.ts [win32-x64]
import { globSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { stage } from './pack/stage.ts'
import { host, nameOf, targetOf } from './pack/target.ts'

const root = resolve(import.meta.dirname, '..')
const target = targetOf(process.argv[2] ?? nameOf(host), root)
const folder = join(root, '.cache/pack/stage')
await stage(target, { root, built: join(root, 'out'), into: folder })

/** Bytes of all files below. */
function sizeOf(path: string): number {
  const found = statSync(path)
  if (!found.isDirectory()) return found.size
  return globSync('**/*', { cwd: path }).reduce(
    (sum, name) => sum + (statSync(join(path, name)).isFile() ? statSync(join(path, name)).size : 0),
    0,
  )
}

const parts = ['app', 'resources/engine/bin', 'resources/engine/out', 'resources/engine/node_modules/*', 'resources/*']
  .flatMap((pattern) => globSync(pattern, { cwd: folder }))
  .filter((part) => part !== join('resources', 'engine'))
  .map((part) => ({ part, bytes: sizeOf(join(folder, part)) }))
  .sort((a, b) => b.bytes - a.bytes)
const total = parts.reduce((sum, { bytes }) => sum + bytes, 0)
const inMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1).padStart(7)} MB`
process.stdout.write(`${inMegabytes(total)}  ${nameOf(target)}, without Electron\n`)
for (const { part, bytes } of parts.slice(0, 8)) process.stdout.write(`${inMegabytes(bytes)}  ${part}\n`)
