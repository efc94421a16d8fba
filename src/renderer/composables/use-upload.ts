// Hands local files over to the services, a few at a time, with progress and a way to give up.
import { onScopeDispose, shallowRef } from 'vue'
import type { ShallowRef } from 'vue'
import { usePlatform } from '../api/platform.ts'
import { AppError } from '../../shared/errors.ts'
import type { LocalFile } from './use-drop.ts'

export interface UploadProgress {
  readonly done: number
  readonly total: number
  readonly remainingSeconds: number | null
}

export interface Uploads {
  readonly progress: ShallowRef<UploadProgress | null>
  /** @returns the folder of the batch, for the services. @throws AppError 'stopped' where it was given up */
  readonly run: (project: string, files: readonly LocalFile[]) => Promise<string>
  readonly cancel: () => void
}

/** Browsers keep six connections to a server: some are left for calls. */
const atOnce = 3

export function useUpload(): Uploads {
  const platform = usePlatform()
  const progress = shallowRef<UploadProgress | null>(null)
  let current: AbortController | null = null
  const cancel = (): void => current?.abort(new AppError('stopped', 'upload: given up'))

  const run = async (project: string, files: readonly LocalFile[]): Promise<string> => {
    const own = new AbortController()
    current = own
    const batch = newBatch()
    const began = performance.now()
    const sizes = files.map(({ file }) => file.size + 20_000)
    const whole = sizes.reduce((sum, size) => sum + size, 0)
    let [next, done, sent, folder] = [0, 0, 0, '']
    progress.value = { done, total: files.length, remainingSeconds: null }
    const letGo = platform.hold()
    const sendOn = async (): Promise<void> => {
      for (let i = next++; i < files.length; i = next++) {
        const one = files[i]
        if (!one) return
        own.signal.throwIfAborted()
        folder = (await platform.upload(project, batch, one.path, one.file, own.signal)).folder
        done++
        sent += sizes[i] ?? 0
        const seconds = (performance.now() - began) / 1000
        progress.value = { done, total: files.length, remainingSeconds: seconds < 1 ? null : (seconds / sent) * (whole - sent) }
      }
    }
    try {
      await Promise.all(Array.from({ length: atOnce }, sendOn))
      return folder
    } catch (error) {
      if (own.signal.aborted) throw new AppError('stopped', 'upload: given up')
      own.abort()
      throw error
    } finally {
      letGo()
      progress.value = null
      current = null
    }
  }
  onScopeDispose(cancel)
  return { progress, run, cancel }
}

/** A page that came without encryption has no `randomUUID`. */
function newBatch(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
