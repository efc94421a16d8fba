// Worker thread of a scan: reads files, a few dozen a job.
import { join } from 'node:path'
import { parentPort } from 'node:worker_threads'
import { messageOf } from '../../core/data/data-error.ts'
import { fileFacts, type FileFacts } from './file-facts.ts'
import type { Reply } from './worker-pool.ts'

export interface ScanJob {
  readonly root: string
  /** Relative to the root. */
  readonly paths: readonly string[]
}

/** In the order of the paths; null for a file that is not there. */
export type ScanResult = (FileFacts | null)[]

const port = parentPort
if (!port) throw new Error('scan-worker runs as a worker thread only')

// Jobs come two at a time; files share one buffer, so they wait for one another.
let last = Promise.resolve()
port.on('message', ({ id, job }: { id: number; job: ScanJob }) => {
  last = last.then(async () => {
    try {
      port.postMessage({ id, result: await run(job) } satisfies Reply<ScanResult>)
    } catch (error) {
      port.postMessage({ id, error: messageOf(error) } satisfies Reply<ScanResult>)
    }
  })
})

async function run({ root, paths }: ScanJob): Promise<ScanResult> {
  const results: ScanResult = []
  for (const path of paths) results.push(await fileFacts(join(root, path)))
  return results
}
