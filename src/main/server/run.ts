// The program `serve`: its words, its output, signals and exit codes.
import { fileURLToPath } from 'node:url'
import { CommanderError } from 'commander'
import { AppError } from '../../shared/errors.ts'
import { asOne, stopSignals } from '../stop-signals.ts'
import { serveSettings } from './command.ts'
import type { ServeSettings } from './command.ts'
import { openBrowser } from './open-browser.ts'
import { serve } from './serve.ts'
import type { Served } from './serve.ts'

/** The built interface, whether this runs from src/ or from out/. */
const pages = fileURLToPath(new URL('../../../out/renderer', import.meta.url))

/** @param words after the program's name. Ends the process when it is asked to stop: in good order the first time, at once the second. */
export async function runServe(
  words: readonly string[],
  createStudio: (settings: ServeSettings, warn: (line: string) => void) => Served | Promise<Served>,
): Promise<void> {
  // A terminal that has gone takes no more: what is told does not matter then, and everything else goes on.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  try {
    const settings = serveSettings(words)
    const studio = await createStudio(settings, warn)
    const { server, close } = await serve(studio, settings, pages, { print, warn }).catch(async (error: unknown) => {
      await studio.close()
      throw error
    })
    onStop(close)
    if (settings.open) openBrowser(server.ticketUrl(), (reason) => warn(`no browser could be started (${reason}): open the address above`))
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? error.exitCode : complain(error)
  }
}

function onStop(close: () => Promise<void>): void {
  let closing = false
  const stop = asOne(() => {
    if (closing) process.exit(130)
    closing = true
    close().then(
      () => process.exit(0),
      (error: unknown) => process.exit(complain(error)),
    )
  })
  for (const signal of stopSignals) process.on(signal, stop)
}

/** @returns the exit code */
function complain(error: unknown): number {
  const { message, isUserError } = AppError.from(error)
  warn(`error: ${message}`)
  return isUserError ? 1 : 2
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

function warn(line: string): void {
  process.stderr.write(`${line}\n`)
}
