// The network that was opened last, for jobs that come one after another in the same process: while its files stay as they are, they are
// not read again.
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openNetwork } from './open-run.ts'
import type { Network } from './open-run.ts'

type Request = Parameters<typeof openNetwork>[0]

let recent: { readonly request: string; readonly files: readonly string[]; readonly facts: string; readonly network: Network } | null = null

/** As `openNetwork`. What it answers is not to be changed. */
export async function recentNetwork({ backbone, imageSize, normalize }: Request): Promise<Network> {
  const wanted: Request = { backbone, imageSize, normalize }
  const request = JSON.stringify(wanted)
  if (recent?.request === request && (await factsOf(recent.files)) === recent.facts) return recent.network
  recent = null
  const before = await factsOf([backbone])
  const network = await openNetwork(wanted)
  const files = [backbone, ...network.dataFiles.map((name) => join(dirname(backbone), name))]
  // Kept only if it was read whole: the file is the same after as before.
  if ((await factsOf([backbone])) === before) recent = { request, files, facts: await factsOf(files), network }
  return network
}

/** What changes when a file does. */
async function factsOf(files: readonly string[]): Promise<string> {
  const facts = await Promise.all(files.map((file) => stat(file).catch(() => null)))
  return JSON.stringify(facts.map((found) => found && [found.size, found.mtimeMs, found.ctimeMs, found.ino]))
}
