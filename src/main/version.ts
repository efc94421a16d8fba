// What the package says of itself.
import { readFileSync } from 'node:fs'
import { z } from 'zod'

const manifest = z.object({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()).optional(),
  /** Where the sources are, in one of npm's notations. */
  repository: z.union([z.string(), z.object({ url: z.string() })]).optional(),
})

/** Read where it is asked for; sources and built files are equally deep in the package. */
function read(): z.infer<typeof manifest> {
  return manifest.parse(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')))
}

export function version(): string {
  return read().version
}

/** As the package names it, or null. */
export function repository(): string | null {
  const { repository: named } = read()
  return typeof named === 'object' ? named.url : (named ?? null)
}

/** Exact versions of the libraries that compute. */
export function libraries(): Readonly<Record<string, string>> {
  const { dependencies = {} } = read()
  return Object.fromEntries(Object.entries(dependencies).filter(([name]) => /onnxruntime|tensorflow/.test(name)))
}
