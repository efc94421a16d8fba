// The folder from which relative paths are meant.
import { realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** This package's, whether it runs from src/ or from out/. */
const root = resolve(fileURLToPath(new URL('../..', import.meta.url)))

/** The working folder; where npm runs a script of this package, and went to its folder for that, the one in which npm was called. */
export function callerFolder(env: NodeJS.ProcessEnv = process.env, folder = process.cwd()): string {
  const { INIT_CWD: called, npm_package_json: manifest } = env
  return called !== undefined && manifest !== undefined && folder === root && realFolder(dirname(manifest)) === root ? called : folder
}

export function fromCaller(path: string): string {
  return resolve(callerFolder(), path)
}

function realFolder(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}
