// Hands local files over to the services, a few at a time, with progress and a way to give up.
import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { onBeforeRouteLeave } from 'vue-router'
import { usePlatform } from '../api/platform.ts'
import { useConfirmStore } from '../stores/confirm.ts'
import { AppError } from '../../shared/errors.ts'
import type { LeftOut, LocalFile } from '../widgets/local-files.ts'

export interface UploadProgress {
  readonly done: number
  readonly total: number
  readonly remainingSeconds: number | null
}

export interface HandedOver {
  /** Of the batch, for the services. */
  readonly folder: string
  /** What could not be sent, while the rest could. */
  readonly left: readonly LeftOut[]
}

export interface Uploads {
  readonly progress: ShallowRef<UploadProgress | null>
  /** Goes on with the batch of an attempt that failed, if its files are among these.
   * @throws AppError 'stopped' where it was given up, 'bad-data' where no file could be sent, and what keeps all files from being sent */
  readonly run: (project: string, files: readonly LocalFile[]) => Promise<HandedOver>
  readonly cancel: () => void
}

interface Batch {
  readonly id: string
  readonly project: string
  /** By path. */
  readonly sent: Map<string, File>
  folder: string
}

/** Browsers keep six connections to a server: some are left for calls. */
const atOnce = 3

/** For a view: it is not left in the middle without asking. */
export function useUpload(): Uploads {
  const { t } = useI18n()
  const platform = usePlatform()
  const confirm = useConfirmStore()
  const progress = shallowRef<UploadProgress | null>(null)
  let current: AbortController | null = null
  let unfinished: Batch | null = null
  const cancel = (): void => current?.abort(new AppError('stopped', 'upload: given up'))
  // Services that were started anew may have removed what is no source yet.
  const endWatch = platform.connection.onState((state) => {
    if (state === 'reset') unfinished = null
  })

  const run = async (project: string, files: readonly LocalFile[]): Promise<HandedOver> => {
    const own = new AbortController()
    current = own
    const batch = unfinished && goesOn(unfinished, project, files) ? unfinished : newBatch(project)
    unfinished = batch
    const missing = files.filter(({ path }) => !batch.sent.has(path))
    const left: LeftOut[] = []
    const began = performance.now()
    const sizeOf = ({ file }: LocalFile): number => file.size + 20_000
    const whole = missing.reduce((sum, one) => sum + sizeOf(one), 0)
    let [next, done, sent] = [0, files.length - missing.length, 0]
    progress.value = { done, total: files.length, remainingSeconds: null }
    const letGo = platform.hold()
    const send = async (one: LocalFile): Promise<void> => {
      try {
        batch.folder = (await platform.upload(project, batch.id, one.path, one.file, own.signal)).folder
        batch.sent.set(one.path, one.file)
      } catch (error) {
        const reason = own.signal.aborted ? null : await reasonOf(AppError.from(error), one.file)
        if (reason === null) throw error
        left.push({ path: one.path, reason })
      }
    }
    const sendOn = async (): Promise<void> => {
      for (let one = missing[next++]; one; one = missing[next++]) {
        own.signal.throwIfAborted()
        await send(one)
        done++
        sent += sizeOf(one)
        const seconds = (performance.now() - began) / 1000
        progress.value = { done, total: files.length, remainingSeconds: seconds < 1 ? null : (seconds / sent) * (whole - sent) }
      }
    }
    try {
      await Promise.all(Array.from({ length: atOnce }, sendOn))
      if (batch.sent.size === 0) throw new AppError('bad-data', `upload: expected files that can be read, found none among ${files.length}`)
      unfinished = null
      return { folder: batch.folder, left }
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
  onScopeDispose(endWatch)
  const words = (part: 'title' | 'text' | 'yes'): string => t(`components.upload.leave.${part}`)
  onBeforeRouteLeave(async () => {
    if (progress.value === null) return true
    // With its reason gone, the question is gone too.
    const endAsking = watch(progress, (now) => now === null && confirm.answer(false))
    const isSure = await confirm.ask({ title: words('title'), text: words('text'), yes: words('yes'), isDangerous: true })
    endAsking()
    return isSure
  })
  return { progress, run, cancel }
}

/** Why this file stays behind while others can be sent; null where none can. */
async function reasonOf({ code }: AppError, file: File): Promise<LeftOut['reason'] | null> {
  if (code === 'too-large') return code
  if (code === 'bad-option') return 'name'
  // A file that is gone or has changed ends its request as a lost connection does.
  const isReadable = file
    .slice(0, 1)
    .arrayBuffer()
    .then(Boolean, () => false)
  return code === 'disconnected' && !(await isReadable) ? 'unreadable' : null
}

/** Whether all that was sent is still wanted: the batch's folder is taken as a whole. */
function goesOn({ project, sent }: Batch, wanted: string, files: readonly LocalFile[]): boolean {
  const given = new Map(files.map(({ path, file }) => [path, file]))
  const isGiven = (path: string, { size, lastModified }: File): boolean => {
    const file = given.get(path)
    return file?.size === size && file.lastModified === lastModified
  }
  return project === wanted && [...sent].every(([path, file]) => isGiven(path, file))
}

/** A page that came without encryption has no `randomUUID`. */
function newBatch(project: string): Batch {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const id = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return { id, project, sent: new Map(), folder: '' }
}
