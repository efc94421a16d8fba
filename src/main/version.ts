// The version of the package.
import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** Read where it is asked for; sources and built files are equally deep in the package. */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return z.object({ version: z.string() }).parse(manifest).version
}
