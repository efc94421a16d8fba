// Which Node runs the engine: this one if it is a plain one and new enough, else the one that is installed with the package.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { AppError } from '../../shared/errors.ts'
import { oldestNode } from '../oldest-node.ts'

/** @param found this process's version; tests pretend another one. @throws AppError 'unsupported' if there is none. */
export function nodeBinary(found: string = process.versions.node): string {
  // Electron's own Node is none to run the engine: sharp and ONNX Runtime crash in it.
  if (!('electron' in process.versions) && Number.parseInt(found) >= oldestNode) return process.execPath
  const expected = `expected Node ${oldestNode} or newer, found ${found}`
  const remedy = `npm install node@${oldestNode} brings it`
  const installed = packageNode()
  if (installed === null) throw new AppError('unsupported', `${expected}; ${remedy}`)
  if (Number.parseInt(installed.version) < oldestNode)
    throw new AppError('unsupported', `${expected} and the package node ${installed.version}; ${remedy}`)
  return installed.binary
}

/** Of the package `node`, or null. */
function packageNode(): { readonly version: string; readonly binary: string } | null {
  const { resolve } = createRequire(import.meta.url)
  try {
    const manifest = resolve('node/package.json')
    const binary = resolve(process.platform === 'win32' ? 'node/bin/node.exe' : 'node/bin/node')
    return { version: (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version, binary }
  } catch {
    return null
  }
}
