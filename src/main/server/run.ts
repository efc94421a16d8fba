// The program `serve`: its words, its output, signals and exit codes.
import { fileURLToPath } from 'node:url'
import { CommanderError } from 'commander'
import { AppError } from '../../shared/errors.ts'
import { serveSettings } from './command.ts'
import type { ServeSettings } from './command.ts'
import { openBrowser } from './open-browser.ts'
import { serve } from './serve.ts'
import type { Served } from './serve.ts'

/** The built interface, whether this runs from src/ or from out/. */
const pages = fileURLToPath(new URL('../../../out/renderer', import.meta.url))
/** Milliseconds: npm passes Ctrl-C on to a program that the terminal has told already. */
const sameSignal = 500

/** @param words after the program's name. Ends the process on SIGINT and SIGTERM: in good order the first time, at once the second. */
export async function runServe(
  words: readonly string[],
  createStudio: (settings: ServeSettings) => Served | Promise<Served>,
): Promise<void> {
  try {
    const settings = serveSettings(words)
    const studio = await createStudio(settings)
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
  let asked: number | null = null
  const stop = (): void => {
    if (asked !== null) {
      if (performance.now() - asked > sameSignal) process.exit(130)
      return
    }
    asked = performance.now()
    close().then(
      () => process.exit(0),
      (error: unknown) => process.exit(complain(error)),
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
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
