// Hands a file over to the services where they cannot reach it: its bytes go to the server, which keeps them below the project.
import { AppError } from '../../shared/errors.ts'
import { decodeAnswer } from '../../shared/transport/call.ts'
import type { ConnectOptions } from './connect.ts'

export interface UploadPlace {
  readonly project: string
  /** 32 hexadecimal digits; files of one batch lie in one folder. */
  readonly batch: string
  /** Relative, with forward slashes. */
  readonly path: string
}

/** @returns where the file and its batch lie @throws AppError 'too-large', 'disk-full', 'bad-option', 'disconnected', 'stopped' */
export async function uploadFile(
  { address, token }: Pick<ConnectOptions, 'address' | 'token'>,
  { project, batch, path }: UploadPlace,
  blob: Blob,
  signal: AbortSignal,
): Promise<{ file: string; folder: string }> {
  const headers = { 'Content-Type': 'application/octet-stream', ...(token !== undefined && { Authorization: `Bearer ${token}` }) }
  const url = `${address}uploads/${project}/${batch}?path=${encodeURIComponent(path)}`
  try {
    const response = await fetch(url, { method: 'POST', headers, body: blob, signal, redirect: 'error', credentials: 'same-origin' })
    return decodeAnswer(`uploading ${path}`, await response.text()) as { file: string; folder: string }
  } catch (error) {
    if (signal.aborted) throw new AppError('stopped', `uploading ${path}: given up`)
    if (error instanceof AppError) throw error
    throw new AppError(
      'disconnected',
      `uploading ${path}: expected a connection, found ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
