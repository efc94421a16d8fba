// Child processes of benchmarks: run to the end, or asked line by line.
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** @throws Error with the command if it cannot be started or fails; its own messages go to stderr. */
export async function runToEnd(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  await ended(child, command, args)
}

function ended(
  child: ReturnType<typeof spawn> | ChildProcessByStdio<Writable, Readable, null>,
  command: string,
  args: readonly string[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${command} ${args.slice(0, 2).join(' ')} … ended with code ${String(code)}`))
    })
  })
}

/** Answers each line on its stdin with one on its stdout. */
export class LineProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>
  readonly #ended: Promise<void>

  /** @param env additions to the environment */
  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } })
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]()
    this.#ended = ended(this.#child, command, args)
    // Whoever waits for a line or for the end hears of a failure; until then nobody may be listening.
    this.#ended.catch(() => undefined)
  }

  async ask(line: string): Promise<string> {
    this.#child.stdin.write(`${line}\n`)
    const answer = await this.#lines.next()
    if (answer.done !== true) return answer.value
    await this.#ended
    throw new Error('a benchmark process ended too early')
  }

  async end(): Promise<void> {
    this.#child.stdin.end()
    await this.#ended
  }
}
