// Files and folders from the person's machine: dropped on a part of the page, or chosen in the browser's dialog.
import { onScopeDispose, ref, watch } from 'vue'
import type { Ref } from 'vue'
import { pictureEndings } from '../../shared/picture-names.ts'
import type { FoundFile } from '../widgets/local-files.ts'

/** For the browser's own dialog. */
export const acceptedPictures = pictureEndings.join(',')

export interface Dropped {
  /** The one folder that was dropped, as far as the browser shows it; null for files, and for several things. */
  readonly folder: File | null
  /** All files, those in folders too. Read when it is called: folders can be large. */
  readonly files: () => Promise<FoundFile[]>
}

/** @param target takes drops anywhere on it @returns whether files are held over it now */
export function useDrop(target: Ref<HTMLElement | null>, take: (dropped: Dropped) => void): Ref<boolean> {
  const isOver = ref(false)
  let depth = 0
  const holdsFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false
  const listeners = {
    dragenter: (event: DragEvent): void => {
      if (!holdsFiles(event)) return
      depth++
      isOver.value = true
    },
    dragover: (event: DragEvent): void => {
      if (holdsFiles(event)) event.preventDefault()
    },
    dragleave: (event: DragEvent): void => {
      if (holdsFiles(event)) isOver.value = --depth > 0
    },
    drop: (event: DragEvent): void => {
      if (!event.dataTransfer || !holdsFiles(event)) return
      event.preventDefault()
      depth = 0
      isOver.value = false
      take(droppedOf(event.dataTransfer))
    },
  }
  const each = (element: HTMLElement | null, change: 'addEventListener' | 'removeEventListener'): void => {
    for (const [name, listener] of Object.entries(listeners)) element?.[change](name, listener as EventListener)
  }
  watch(
    target,
    (now, before) => {
      each(before ?? null, 'removeEventListener')
      each(now, 'addEventListener')
    },
    { immediate: true },
  )
  onScopeDispose(() => each(target.value, 'removeEventListener'))
  return isOver
}

/** Of an `<input type="file">`, with `webkitdirectory` too. */
export function filesOfInput(input: HTMLInputElement): FoundFile[] {
  return [...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }))
}

/** The transfer is only readable during the event: entries are taken out at once. */
function droppedOf(transfer: DataTransfer): Dropped {
  const taken = [...transfer.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }))
  const [first] = taken
  const only = taken.length === 1 && first?.entry?.isDirectory ? first : null
  const root = `${only?.entry?.fullPath ?? ''}/`
  const files = async (): Promise<FoundFile[]> => {
    const found: FoundFile[] = []
    for (const { entry, file } of taken)
      if (entry) await walk(entry, root, found)
      else if (file) found.push({ path: file.name, file })
    return found
  }
  return { folder: only?.file ?? null, files }
}

/** What cannot be read is among it. @param root that paths are told from, with a slash at its end @param found gets all files, one by one: there can be more than a call takes */
async function walk(entry: FileSystemEntry, root: string, found: FoundFile[]): Promise<void> {
  const path = entry.fullPath.slice(root.length)
  if (isFile(entry)) {
    const file = await new Promise<File | null>((resolve) => entry.file(resolve, () => resolve(null)))
    found.push({ path, file })
    return
  }
  if (!isFolder(entry)) return
  const reader = entry.createReader()
  // A reader gives some hundred entries at a time, and none at the end.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[] | null>((resolve) => reader.readEntries(resolve, () => resolve(null)))
    if (entries === null) found.push({ path: path === '' ? entry.name : path, file: null })
    if (!entries?.length) return
    for (const each of entries) await walk(each, root, found)
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}
