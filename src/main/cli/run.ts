// One call of the command line from arguments to exit code.
import { CommanderError } from 'commander'
import type { Command } from 'commander'
import { AppError } from '../../shared/errors.ts'
import { quote } from '../../shared/expected.ts'
import type { JobRequest } from '../../shared/requests.ts'
import type { JobResult } from '../../shared/results.ts'
import { dataFolder } from '../../node/data-folder.ts'
import { besideThis } from '../engine/place.ts'
import { startJob } from '../engine/process.ts'
import { memoryLog } from '../log.ts'
import { resourcesFolder } from '../resources.ts'
import { asOne, stopSignals } from '../stop-signals.ts'
import { makeProgram } from './command.ts'
import type { Invocation } from './command.ts'
import { humanOutput } from './human-output.ts'
import { jsonOutput } from './json-output.ts'
import { oneLine } from './output.ts'
import type { Output, Sink } from './output.ts'
import type { Action } from './studio/session.ts'

/** Success; the user's mistake; our mistake; asked to stop, as by Ctrl-C (128 + SIGINT); nobody reads the output any more (128 + SIGPIPE). */
const exitCodes = { success: 0, userError: 1, internalError: 2, stopped: 130, outputClosed: 141 } as const

/** @param entry the engine to start; tests give one with jobs of their own.
 *  @returns the exit code. */
export async function runCommandLine(argv: readonly string[], entry: URL = besideThis.entry): Promise<number> {
  const stdout = sink(process.stdout)
  const stderr = sink(process.stderr)
  const output = argv.includes('--json') ? jsonOutput(stdout, stderr) : humanOutput(stdout, stderr)
  try {
    const invocation = parse(argv, stdout)
    if (!invocation) return exitCodes.success
    await ('request' in invocation
      ? runJob(invocation.request, output, entry, stdout)
      : runAction(invocation.action, output, entry, stdout))
    return exitCodes.success
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
  const quiet = (command: Command): void => {
    command.exitOverride().configureOutput({ writeOut: (text) => stdout.write(text), writeErr: () => undefined })
    command.commands.forEach(quiet)
  }
  quiet(program)
  try {
    program.parse(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return null
    const group = program.commands.find((command) => command.name() === argv[0] && command.commands.length > 0)
    const names = (group ?? program).commands.map((command) => command.name()).join(', ')
    const expected = `${group ? `${group.name()}: ` : ''}expected a command (${names})`
    if (error.code === 'commander.help') throw new AppError('bad-option', `${expected}, found none; --help tells more`)
    if (error.code === 'commander.unknownCommand') throw new AppError('bad-option', `${expected}, found ${quote(argv[group ? 1 : 0])}`)
    throw new AppError('bad-option', `${oneLine(error.message.replace(/^error: /, ''))}; --help lists the options`)
  }
  return invocations[0] ?? null
}

async function runJob(asked: JobRequest, output: Output, entry: URL, stdout: ClosableSink): Promise<void> {
  const request = await placed(asked)
  const job = startJob(request, (event) => output.event(event), { entry })
  await untilStopped(
    output,
    stdout,
    () => job.stop(),
    async () => {
      const result = await job.result
      output.done(result)
      requireImages(result)
    },
  )
}

/** @throws AppError 'bad-data' where the job has done its work, and no image could be read: whoever asked has to change something */
function requireImages(result: JobResult): void {
  if ((result.job !== 'predict' && result.job !== 'evaluate') || result.images > 0) return
  const files = result.job === 'predict' ? result.unreadable : result.skipped
  throw new AppError('bad-data', `${result.job}: expected an image that can be read, found none among ${files}`)
}

/** Training without a device, or with `auto`, is where the services would do it; a device that is named is taken as it is. Both take their threads. */
async function placed(request: JobRequest): Promise<JobRequest> {
  if (request.job !== 'train') return request
  const places = { dataFolder: dataFolder(), resources: resourcesFolder(), log: memoryLog() }
  const { chosenThreads } = await import('../services/devices/settings.ts')
  const { device, threads = await chosenThreads(places) } = request
  if (device !== undefined && device !== 'auto') return { ...request, threads }
  const [{ deviceFor }, { idOfFile }] = await Promise.all([
    import('../services/devices/index.ts'),
    import('../services/backbones/index.ts'),
  ])
  return { ...request, ...(await deviceFor(places, { device, threads, backbone: await idOfFile(places, request.backbone) })) }
}

async function runAction(action: Action, output: Output, entry: URL, stdout: ClosableSink): Promise<void> {
  // Most calls need no services: they are loaded for those that do.
  const [{ createStudio }, { inProcess }] = await Promise.all([import('../studio.ts'), import('../transport/in-process.ts')])
  const studio = createStudio({ entry })
  const connection = inProcess(studio)
  const stopping = new AbortController()
  try {
    await untilStopped(
      output,
      stdout,
      // Asked twice: what is on the disk is whole at any moment.
      () => (stopping.signal.aborted ? process.exit(exitCodes.stopped) : stopping.abort()),
      async () => {
        const { result, text } = await action({ ...connection, output, signal: stopping.signal })
        output.result(result, text)
      },
    )
  } finally {
    connection.close()
    await studio.close()
  }
}

/** Does the work; Ctrl-C and a closed output ask it to stop. */
async function untilStopped(output: Output, stdout: ClosableSink, stop: () => void, work: () => Promise<void>): Promise<void> {
  let stops = 0
  /** @param signal null where nobody reads the output any more, and nobody is told */
  const asked = asOne((signal: NodeJS.Signals | null) => {
    if (++stops === 1 && signal !== null) output.stopping()
    stop()
  })
  // Once only: a second call ends the work without a checkpoint, and that is for the user to say.
  stdout.onClose(() => {
    if (stops === 0) asked(null)
  })
  for (const signal of stopSignals) process.on(signal, asked)
  try {
    await work()
  } finally {
    for (const signal of stopSignals) process.off(signal, asked)
  }
}

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
      // 0 = a terminal that does not tell its width.
      return stream.isTTY ? stream.columns || 80 : undefined
    },
    get closed() {
      return closed
    },
    onClose: (listener) => listeners.push(listener),
  }
}
