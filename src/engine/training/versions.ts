// Versions that a run's record names.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { z } from 'zod'

const packageSchema = z.object({ version: z.string() })

/** Of the runtime and of the libraries that decide numbers. */
export function versions(): Record<string, string> {
  const require = createRequire(import.meta.url)
  const versionOf = (name: string): string => packageSchema.parse(JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8'))).version
  return { node: process.versions.node, 'onnxruntime-node': versionOf('onnxruntime-node'), sharp: versionOf('sharp'), platform: `${process.platform}-${process.arch}` }
}
