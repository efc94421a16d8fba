// Worker thread that decodes whole images, for models that take images as they are.
import { parentPort } from 'node:worker_threads'
import { DataError, messageOf } from '../../core/data/data-error.ts'
import { decodeFile } from './decode.ts'
import type { DecodeJob, DecodeResult } from './image-decoder.ts'
import type { Reply } from './worker-pool.ts'

const port = parentPort
if (!port) throw new Error('decode-worker runs as a worker thread only')

port.on('message', ({ id, job }: { id: number; job: DecodeJob }) => {
  decode(job).then(
    (result) => port.postMessage({ id, result } satisfies Reply<DecodeResult>, 'broken' in result ? [] : [result.data.buffer]),
    (error: unknown) => port.postMessage({ id, error: messageOf(error) } satisfies Reply<DecodeResult>),
  )
})

async function decode({ path, shortSide }: DecodeJob): Promise<DecodeResult> {
  try {
    const { width, height, data } = await decodeFile(path, shortSide === null ? {} : { shortSide })
    // A decoder's own memory cannot be handed over.
    return { width, height, data: new Uint8Array(data) }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    return { broken: error.message }
  }
}
