// One call of the command line from arguments to exit code.
import { CommanderError } from 'commander'
import { AppError } from '../../shared/errors.ts'
import { quote } from '../../shared/expected.ts'
import { engineEntry, startJob } from '../engine/process.ts'
import { makeProgram } from './command.ts'
import type { Invocation } from './command.ts'
import { humanOutput } from './human-output.ts'
import { jsonOutput } from './json-output.ts'
import { oneLine } from './output.ts'
import type { Output, Sink } from './output.ts'

/** Success; the user's mistake; our mistake; stopped by Ctrl-C (128 + SIGINT); nobody reads the output any more (128 + SIGPIPE). */
export const exitCodes = { success: 0, userError: 1, internalError: 2, stopped: 130, outputClosed: 141 } as const

/** @param entry the engine to start; tests give one with jobs of their own.
 *  @returns the exit code. */
export async function runCommandLine(argv: readonly string[], entry: URL = engineEntry): Promise<number> {
  const stdout = sink(process.stdout)
  const stderr = sink(process.stderr)
  const output = argv.includes('--json') ? jsonOutput(stdout, stderr) : humanOutput(stdout, stderr)
  try {
    const invocation = parse(argv, stdout)
    return invocation ? await runJob(invocation, output, entry, stdout) : exitCodes.success
  } catch (error) {
    const failure = AppError.from(error)
    if (failure.code === 'stopped' && stdout.closed) return exitCodes.outputClosed
    output.failed(failure)
    if (failure.code === 'stopped') return exitCodes.stopped
    return failure.isUserError ? exitCodes.userError : exitCodes.internalError
  }
}

/** null where the call was for help or the version only.
 * @throws AppError 'bad-option'. */
export function parse(argv: readonly string[], stdout: Sink): Invocation | null {
  const invocations: Invocation[] = []
  const program = makeProgram((invocation) => invocations.push(invocation))
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({ writeOut: (text) => stdout.write(text), writeErr: () => undefined })
  try {
    program.parse(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return null
    const expected = `expected a command (${program.commands.map((command) => command.name()).join(', ')})`
    if (error.code === 'commander.help') throw new AppError('bad-option', `${expected}, found none; --help tells more`)
    if (error.code === 'commander.unknownCommand') throw new AppError('bad-option', `${expected}, found ${quote(argv[0])}`)
    throw new AppError('bad-option', `${oneLine(error.message.replace(/^error: /, ''))}; --help lists the options`)
  }
  return invocations[0] ?? null
}

async function runJob({ request }: Invocation, output: Output, entry: URL, stdout: ClosableSink): Promise<number> {
  const job = startJob(request, (event) => output.event(event), { entry })
  let stops = 0
  const stop = (): void => {
    if (++stops === 1) output.stopping()
    job.stop()
  }
  stdout.onClose(() => {
    // Once only: a second call ends the job without a checkpoint, and that is for the user to say.
    if (stops++ === 0) job.stop()
  })
  for (const signal of stopSignals) process.on(signal, stop)
  try {
    output.done(await job.result)
    return exitCodes.success
  } finally {
    for (const signal of stopSignals) process.off(signal, stop)
  }
}

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

interface ClosableSink extends Sink {
  readonly closed: boolean
  onClose(listener: () => void): void
}

/** A standard stream that may lose its reader (`… | head`) at any time without an error. */
function sink(stream: NodeJS.WriteStream): ClosableSink {
  let closed = false
  const listeners: (() => void)[] = []
  stream.on('error', () => {
    if (closed) return
    closed = true
    for (const listener of listeners) listener()
  })
  return {
    write: (text) => {
      if (!closed) stream.write(text)
    },
    get columns() {
      return stream.isTTY ? stream.columns : undefined
    },
    get closed() {
      return closed
    },
    onClose: (listener) => listeners.push(listener),
  }
}
