// Reads what torch.save writes since PyTorch 1.6: a zip with a pickle, `data.pkl`, and a file for each storage.
import type { Readable } from 'node:stream'
import { fromBufferPromise } from 'yauzl'
import type { Entry, ZipFile } from 'yauzl'
import { WeightsError } from '../../core/weights/errors.ts'
import { readPickle } from '../../core/weights/pickle.ts'
import { widths, wholeOf } from '../../core/weights/torch-file.ts'
import type { TorchFile } from '../../core/weights/torch-file.ts'

/** Of the pickle, which holds names and shapes; bytes. */
const largestPickle = 64 * 2 ** 20
/** A state dict has some hundreds. */
const mostEntries = 100_000

/** @param bytes the whole file @throws WeightsError */
export async function readTorchZip(bytes: Buffer): Promise<TorchFile> {
  const { zip, entries } = await list(bytes)
  const pickle = [...entries.keys()].find((name) => name === 'data.pkl' || name.endsWith('/data.pkl'))
  const folder = pickle?.slice(0, -'data.pkl'.length) ?? ''
  if (pickle === undefined) {
    const script = [...entries.keys()].some((name) => name.endsWith('.pkl'))
    throw new WeightsError(`expected data.pkl in the zip, found ${script ? 'another pickle' : 'none'}: it was not written by torch.save`)
  }
  if ([...entries.keys()].some((name) => name.startsWith(`${folder}code/`)))
    throw new WeightsError('expected a state dict, found a TorchScript program; save the network with torch.save(model.state_dict(), file)')
  const order = entries.get(`${folder}byteorder`)
  if (order && (await contentOf(zip, order, 16)).toString() !== 'little')
    throw new WeightsError('expected numbers with their least byte first, found another order')
  const { value } = readPickle(await contentOf(zip, entries.get(pickle), largestPickle))
  return {
    value,
    bytesOf: async (storage) => {
      const entry = entries.get(`${folder}data/${storage.key}`)
      return wholeOf(storage, entry && (await contentOf(zip, entry, storage.size * widths[storage.type])))
    },
  }
}

async function list(bytes: Buffer): Promise<{ zip: ZipFile; entries: ReadonlyMap<string, Entry> }> {
  try {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true })
    const entries = new Map<string, Entry>()
    if (zip.entryCount > mostEntries) throw new Error(`${zip.entryCount} files`)
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry)
    return { zip, entries }
  } catch (error) {
    throw new WeightsError(`expected a whole zip file, found ${error instanceof Error ? error.message : 'another one'}`, { cause: error })
  }
}

async function contentOf(zip: ZipFile, entry: Entry | undefined, most: number): Promise<Buffer> {
  if (!entry || entry.isEncrypted() || entry.uncompressedSize > most)
    throw new WeightsError(
      `${entry?.fileName ?? 'data.pkl'}: expected at most ${most} bytes, not encrypted, found ${entry?.uncompressedSize ?? 'none'}`,
    )
  try {
    return await collect(await zip.openReadStreamPromise(entry))
  } catch (error) {
    throw new WeightsError(`${entry.fileName}: expected it whole, found ${error instanceof Error ? error.message : 'it damaged'}`, {
      cause: error,
    })
  }
}

async function collect(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
