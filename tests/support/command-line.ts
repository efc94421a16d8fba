// Runs a command line as users do: a process of its own, with what it prints and how it ends.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { compiled } from './compiled.ts'

export interface Finished {
  /** null if a signal ended it. */
  code: number | null
  stdout: string
  stderr: string
}

export interface Running {
  readonly process: ChildProcess
  readonly finished: Promise<Finished>
  /** Resolves with the match once standard output and error so far hold the pattern; rejects if the command ends before. */
  seen(pattern: RegExp): Promise<RegExpExecArray>
}

interface Circumstances {
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** In a process group of its own, to signal it as a whole. */
  detached?: boolean
}

export function start(script: string, args: readonly string[], options: Circumstances = {}): Running {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.detached === true,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: { ...process.env, ...compiled, ...options.env },
  })
  const text = { stdout: '', stderr: '' }
  const watchers = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk
      for (const watch of watchers) watch()
    })
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...text }))
  })
  const seen = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const watch = (): void => {
        const match = pattern.exec(text.stdout + text.stderr)
        if (!match) return
        watchers.delete(watch)
        resolve(match)
      }
      watchers.add(watch)
      watch()
      void finished.then((end) => reject(new Error(`ended with ${end.code} before ${pattern}: ${text.stdout}${text.stderr}`)))
    })
  return { process: child, finished, seen }
}

export function run(script: string, args: readonly string[], options?: Circumstances): Promise<Finished> {
  return start(script, args, options).finished
}

/** The objects of a `--json` output: fails on any line that is not one. */
export function jsonLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
