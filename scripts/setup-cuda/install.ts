// Runs ONNX Runtime's own installer, and tells how far it is and what went wrong.
import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cudaLibraries } from '../../src/main/services/devices/cuda-place.ts'

export interface Installation {
  /** ONNX Runtime's installer. */
  readonly script: string
  /** Folder that gets the libraries. */
  readonly folder: string
  /** Told every second. @param bytes downloaded so far */
  readonly onProgress: (bytes: number) => void
}

/** Downloads and unpacks. What is there of a failed try is removed.
 * @throws Error in one line */
export async function install({ script, folder, onProgress }: Installation): Promise<void> {
  // Its own temporary folder, so that what comes can be watched.
  const temporary = mkdtempSync(join(tmpdir(), 'setup-cuda-'))
  const watch = setInterval(() => void bytesIn(temporary).then(onProgress), 1_000)
  try {
    const said = await run(script, temporary)
    const missing = await missingLibraries(folder)
    if (said === null && missing.length === 0) return
    await remove(folder)
    throw new Error(said === null ? `ONNX Runtime's installer ended without ${missing.join(', ')}` : reasonOf(said))
  } finally {
    clearInterval(watch)
    await rm(temporary, { recursive: true, force: true })
  }
}

/** @returns what it wrote to standard error where it failed, else null */
function run(script: string, temporary: string): Promise<string | null> {
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', 'inherit', 'pipe'],
    // On Linux, all that it has to install are the CUDA libraries. Asked for them by name (cuda12) it does nothing where npm started it (1.30).
    env: { ...process.env, TMPDIR: temporary, ONNXRUNTIME_NODE_INSTALL: 'true' },
  })
  let errors = ''
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code === 0 ? null : errors))
  })
}

/** Removes the libraries. @returns how many there were */
export async function remove(folder: string): Promise<number> {
  let removed = 0
  for (const name of cudaLibraries) {
    const path = join(folder, name)
    if (!(await stat(path).catch(() => null))) continue
    await rm(path)
    removed++
  }
  return removed
}

export async function missingLibraries(folder: string): Promise<string[]> {
  const found = await Promise.all(cudaLibraries.map((name) => stat(join(folder, name)).catch(() => null)))
  return cudaLibraries.filter((_, i) => !found[i])
}

/** What a person can do about it. */
function reasonOf(errors: string): string {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH/.test(errors))
    return 'api.nuget.org cannot be reached, from which ONNX Runtime takes its CUDA libraries: check the network, or the proxy in GLOBAL_AGENT_HTTPS_PROXY'
  if (/ENOSPC/.test(errors)) return 'the disk is full'
  if (/EACCES|EPERM|EROFS/.test(errors)) return 'the folder of onnxruntime-node cannot be written to'
  const [line = 'no reason given'] = errors.split('\n').filter((text) => /error/i.test(text))
  return `ONNX Runtime's installer failed: ${line.trim()}`
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => null)))
  return sizes.reduce((sum, found) => sum + (found?.isFile() ? found.size : 0), 0)
}
