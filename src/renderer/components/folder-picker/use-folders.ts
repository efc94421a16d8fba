// Goes through folders of the machine that the services run on.
import { computed, ref, watch } from 'vue'
import type { ComputedRef, Ref, ShallowRef } from 'vue'
import { useApi } from '../../api/platform.ts'
import { useResource } from '../../composables/use-resource.ts'
import type { Api } from '../../../shared/contract/index.ts'
import type { AppError } from '../../../shared/errors.ts'

type Listing = Awaited<ReturnType<Api['system']['browse']>>
export type Entry = Listing['entries'][number]
/** What can be chosen: any folder, a project, or files with these endings, e.g. `.onnx`. */
export type Accept = 'folder' | 'project' | readonly string[]

export interface Folders {
  readonly listing: ShallowRef<Listing | null>
  readonly error: ShallowRef<AppError | null>
  /** Part of a name: leaves the entries that hold it. */
  readonly filter: Ref<string>
  readonly entries: ComputedRef<readonly Entry[]>
  /** The entry that keys and the button mean. */
  readonly chosen: Ref<Entry | null>
  readonly go: (folder: string | null) => void
  readonly up: () => void
  readonly reload: () => Promise<void>
  /** The parts of the way down to the folder. */
  readonly way: ComputedRef<readonly { readonly name: string; readonly path: string }[]>
}

const remembered = 'self-tuning.folder'

export function useFolders(isOpen: Ref<boolean>, accept: () => Accept): Folders {
  const api = useApi()
  const folder = ref<string | null>(localStorage.getItem(remembered))
  const filter = ref('')
  const chosen = ref<Entry | null>(null)
  const {
    data: listing,
    error,
    reload,
  } = useResource(
    (signal) => (isOpen.value ? api.system.browse(folder.value === null ? {} : { folder: folder.value }, { signal }) : null),
    { of: () => [folder.value, isOpen.value] },
  )
  const entries = computed(() => {
    const wanted = filter.value.trim().toLowerCase()
    return (listing.value?.entries ?? []).filter(({ name, kind }) => fits(kind, name, accept()) && name.toLowerCase().includes(wanted))
  })
  watch([folder, isOpen], () => {
    filter.value = ''
    chosen.value = null
  })
  // A folder that has gone, or was remembered from elsewhere: back to the beginning, without a word.
  watch(error, (failure) => {
    if (failure && folder.value !== null && folder.value === localStorage.getItem(remembered)) {
      localStorage.removeItem(remembered)
      folder.value = null
    }
  })
  watch(listing, (now) => now?.folder && localStorage.setItem(remembered, now.folder))
  const go = (to: string | null): void => {
    folder.value = to
  }
  return {
    ...{ listing, error, filter, entries, chosen, go, reload },
    up: () => go(listing.value?.parent ?? null),
    way: computed(() => wayTo(listing.value?.folder ?? null)),
  }
}

function fits(kind: Entry['kind'], name: string, accept: Accept): boolean {
  if (kind !== 'file') return true
  return typeof accept !== 'string' && accept.some((ending) => name.toLowerCase().endsWith(ending))
}

function wayTo(folder: string | null): { name: string; path: string }[] {
  if (folder === null) return []
  const slash = folder.includes('\\') ? '\\' : '/'
  const parts = folder.split(slash).filter(Boolean)
  const start = folder.startsWith(slash) ? slash : ''
  return parts.map((name, i) => ({ name, path: start + parts.slice(0, i + 1).join(slash) + (i === 0 && start === '' ? slash : '') }))
}
