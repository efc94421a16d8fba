// Downloads a file whose size and hash are known: goes on where an earlier attempt has ended, and gives the file its name only when it is right.
import type { IncomingMessage } from 'node:http'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { AppError } from '../../../../shared/errors.ts'
import { networkError, unreachable } from './network-error.ts'
import { discardPartial, PartialFile } from './partial-file.ts'
import { get, stopped } from './request.ts'
import type { Reach } from './request.ts'

export interface Wanted {
  readonly address: string
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

export interface DownloadOptions extends Reach {
  /** Where the file goes; its folder is made. */
  readonly file: string
  readonly signal: AbortSignal
  /** @param from bytes that were there at the beginning */
  readonly onProgress?: (done: number, from: number) => void
  /** Milliseconds before the n-th attempt after a cut connection that has brought nothing; grows from attempt to attempt if left out. */
  readonly pause?: (attempt: number) => number
}

/** Attempts in a row that bring nothing new. */
const attempts = 4
const usualPause = (attempt: number): number => 1000 * 2 ** attempt

/** @throws AppError 'unreachable' (what has come stays for the next time), 'bad-model' if another file came (nothing of it stays),
 * 'not-found' if there is none at the address any more, 'disk-full', 'no-access', 'stopped' */
export async function download(wanted: Wanted, options: DownloadOptions): Promise<void> {
  const { file, signal, pause = usualPause } = options
  const part = await PartialFile.open(file, wanted.sha256)
  try {
    await requireRoom(file, wanted.bytes - part.size)
    const from = part.size
    options.onProgress?.(part.size, from)
    for (let fruitless = 0; part.size < wanted.bytes;) {
      const before = part.size
      try {
        await fetchRest(wanted, part, options, () => options.onProgress?.(part.size, Math.min(from, part.size)))
      } catch (error) {
        if (!(error instanceof CutOff)) throw error
        fruitless = part.size > before ? 0 : fruitless + 1
        // Without a network people want to know it at once; one that was there comes back.
        if (fruitless >= attempts || (error.isSilent && part.size === from)) throw error.reason
        await setTimeout(pause(fruitless), null, { signal }).catch(() => undefined)
      }
      if (signal.aborted) throw stopped()
    }
    requireRight(wanted, part)
    await part.finish()
  } catch (error) {
    await part.close().catch(() => undefined)
    if (error instanceof AppError && error.code === 'bad-model') await discardPartial(file)
    throw error
  }
}

/** The connection ended early, or the server asks for patience: worth another attempt. */
class CutOff extends Error {
  readonly reason: AppError
  /** There was no answer at all. */
  readonly isSilent: boolean

  constructor(reason: AppError, isSilent = false) {
    super(reason.message)
    this.reason = reason
    this.isSilent = isSilent
  }
}

async function fetchRest(wanted: Wanted, part: PartialFile, options: DownloadOptions, onProgress: () => void): Promise<void> {
  const { signal, environment = process.env } = options
  const response = await ask(wanted, part, options)
  try {
    await take(wanted, part, response)
    for await (const chunk of response) {
      if (signal.aborted) throw stopped()
      if (part.size + (chunk as Buffer).length > wanted.bytes) throw wrong(wanted, `expected ${wanted.bytes} bytes, found more`)
      await part.append(chunk as Buffer)
      onProgress()
    }
  } catch (error) {
    if (signal.aborted) throw stopped()
    if (error instanceof AppError || error instanceof CutOff) throw error
    throw new CutOff(networkError(error, new URL(wanted.address), environment))
  } finally {
    response.destroy()
  }
  if (part.size < wanted.bytes)
    throw new CutOff(unreachable(wanted.address, `expected ${wanted.bytes} bytes, found the connection cut after ${part.size}`))
}

/** Asks for what is not there yet, if the file is still the one that the rest is of. */
async function ask({ address }: Wanted, { size, validator }: PartialFile, options: DownloadOptions): Promise<IncomingMessage> {
  const rest = size > 0 && validator !== null ? { Range: `bytes=${size}-`, 'If-Range': validator } : {}
  // Compressed on the way, neither size nor ranges would be those of the file.
  const headers = { 'Accept-Encoding': 'identity', 'User-Agent': 'self-tuning-studio', ...rest }
  try {
    return await get(address, headers, options, options.signal)
  } catch (error) {
    const mayPass = error instanceof AppError && error.code === 'unreachable' && error.cause !== undefined
    throw mayPass ? new CutOff(error, true) : error
  }
}

/** Makes ready for the body of an answer: the rest, or the whole once more. @throws where it is neither */
async function take(wanted: Wanted, part: PartialFile, { statusCode = 0, headers }: IncomingMessage): Promise<void> {
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers['content-range'] ?? '')
  if (statusCode === 206 && Number(range?.[1]) === part.size && Number(range?.[2]) === wanted.bytes) return
  if (statusCode === 200) {
    const length = headers['content-length']
    if (length !== undefined && Number(length) !== wanted.bytes) throw wrong(wanted, `expected ${wanted.bytes} bytes, found ${length}`)
    return part.restart(validatorOf(headers))
  }
  if (statusCode === 206 || statusCode === 416) {
    // Another rest than was asked for, or none: from the beginning.
    const { size } = part
    await part.restart(null)
    throw new CutOff(unreachable(wanted.address, `expected the rest from byte ${size} on, found another part`))
  }
  if (statusCode === 404 || statusCode === 410)
    throw new AppError(
      'not-found',
      `${wanted.address}: expected the file, found that its publisher has it there no more (status ${statusCode})`,
    )
  const refused = unreachable(wanted.address, `expected the file, found status ${statusCode}`)
  throw statusCode === 429 || statusCode >= 500 ? new CutOff(refused) : refused
}

/** By which a server can tell whether its file is still the same: a strong ETag, or else its date. */
function validatorOf({ etag, 'last-modified': modified }: IncomingMessage['headers']): string | null {
  return etag !== undefined && !etag.startsWith('W/') ? etag : (modified ?? null)
}

function requireRight(wanted: Wanted, part: PartialFile): void {
  const found = part.digest()
  if (found !== wanted.sha256) throw wrong(wanted, `expected SHA-256 ${wanted.sha256}, found ${found}`)
}

function wrong({ address, sha256 }: Wanted, what: string): AppError {
  return new AppError('bad-model', `${address}: another file than the one that was checked: ${what}; it was thrown away`, {
    details: { address, expected: sha256 },
  })
}

async function requireRoom(file: string, bytes: number): Promise<void> {
  const disk = await statfs(dirname(file)).catch(() => null)
  const free = disk ? disk.bavail * disk.bsize : Infinity
  if (free < bytes)
    throw new AppError('disk-full', `${file}: expected room for ${bytes} bytes, found ${free}`, {
      details: { path: file, expected: bytes, found: free },
    })
}
