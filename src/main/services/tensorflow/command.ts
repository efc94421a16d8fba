// Runs another program to its end and keeps what it says.
import { spawn } from 'node:child_process'
import { AppError } from '../../../shared/errors.ts'

export interface CommandOptions {
  readonly signal: AbortSignal
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  /** The last lines of what it said on standard error, or else on standard output. */
  readonly words: string
}

/** Resolves whatever the exit code; null if there is no such program.
 * @throws AppError 'stopped' after an abort, which ends the program */
export function run(program: string, args: readonly string[], { signal, cwd, env }: CommandOptions): Promise<Ended | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      signal,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) reject(new AppError('stopped', `${program}: stopped`))
      else if (error.code === 'ENOENT') resolve(null)
      else reject(error)
    })
    child.once('close', (code) => {
      if (signal.aborted) reject(new AppError('stopped', `${program}: stopped`))
      else resolve({ code, stdout: said.stdout, words: lastLines(said.stderr.trim() || said.stdout.trim()) })
    })
  })
}

/** npm. On Windows it is a command file, which Node starts through the shell only; the words are this program's own and mean nothing to it. */
export function runNpm(args: readonly string[], options: CommandOptions): Promise<Ended | null> {
  return process.platform === 'win32' ? run('cmd.exe', ['/d', '/c', 'npm', ...args], options) : run('npm', args, options)
}

function lastLines(text: string): string {
  return text.split('\n').slice(-16).join(' ').slice(-1000)
}
