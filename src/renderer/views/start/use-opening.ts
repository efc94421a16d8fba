// Ways into a project: an existing one, one of a folder of images, the sample, or files that were dropped.
import { onScopeDispose, ref, shallowRef } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { useRouter } from 'vue-router'
import { useApi } from '../../api/platform.ts'
import { useAction } from '../../composables/use-action.ts'
import { useLeftOut } from '../../composables/use-left-out.ts'
import { useUpload } from '../../composables/use-upload.ts'
import type { Uploads } from '../../composables/use-upload.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import { useTasks } from '../../stores/tasks.ts'
import type { SortedFiles } from '../../widgets/local-files.ts'
import { useUnfinished } from './use-unfinished.ts'
import type { Project } from '../../../shared/contract/projects.ts'
import { AppError } from '../../../shared/errors.ts'

/** A project that is about to be made: of a folder of images, or of dropped files. */
export type Draft = {
  readonly name: string
  readonly folder: string
  /** The project that there is of these images already. */
  readonly existing: string | null
} & ({ readonly images: string; readonly dropped: null } | { readonly images: null; readonly dropped: SortedFiles })

export interface Opening {
  readonly draft: ShallowRef<Draft | null>
  /** A folder whose project could not be opened because it is damaged. */
  readonly damaged: ShallowRef<{ folder: string; error: AppError } | null>
  readonly isBusy: Ref<boolean>
  readonly isDrawing: Ref<boolean>
  readonly uploads: Uploads
  readonly open: (folder: string) => Promise<void>
  readonly propose: (images: string) => Promise<void>
  readonly proposeDropped: (files: SortedFiles, name: string) => Promise<void>
  /** Makes a project of the draft. After an error the draft stays, to try again. */
  readonly make: (wanted: { name: string; folder: string; labels: boolean }) => Promise<AppError | null>
  /** Lets go of the draft; what an attempt has made of it goes to the trash. */
  readonly giveUp: () => void
  readonly sample: () => Promise<unknown>
  readonly enter: (project: Project, view: 'images' | 'label') => void
}

export function useOpening(): Opening {
  const api = useApi()
  const router = useRouter()
  const project = useProject()
  const tasks = useTasks()
  const notices = useNotices()
  const uploads = useUpload()
  const wordsOf = useLeftOut()
  const draft = shallowRef<Draft | null>(null)
  const damaged = shallowRef<{ folder: string; error: AppError } | null>(null)
  const isBusy = ref(false)
  const unfinished = useUnfinished()

  const enter = (opened: Project, view: 'images' | 'label'): void => {
    project.enter(opened)
    void router.push({ name: view, params: { project: opened.id } })
  }
  const during = async <Value>(work: () => Promise<Value>): Promise<Value | null> => {
    isBusy.value = true
    try {
      return await work()
    } catch (error) {
      notices.report(AppError.from(error))
      return null
    } finally {
      isBusy.value = false
    }
  }
  const open = async (folder: string): Promise<void> => {
    isBusy.value = true
    try {
      const opened = await api.projects.open({ folder })
      enter(opened, opened.images > 0 ? 'label' : 'images')
    } catch (thrown) {
      const error = AppError.from(thrown)
      if (error.code === 'bad-data') damaged.value = { folder, error }
      else notices.report(error)
    } finally {
      isBusy.value = false
    }
  }
  const propose = async (images: string): Promise<void> => {
    const proposal = await during(() => api.projects.propose({ images }))
    if (!proposal) return
    if (proposal.isProject && proposal.existing !== null) return open(proposal.existing)
    draft.value = { ...proposal, images, dropped: null }
  }
  const proposeDropped = async (dropped: SortedFiles, name: string): Promise<void> => {
    const proposal = await during(() => api.projects.propose({ name }))
    if (proposal) draft.value = { ...proposal, images: null, dropped }
  }
  const make: Opening['make'] = async ({ name, folder, labels }) => {
    const wanted = draft.value
    if (!wanted) return null
    const isGivenUp = (): boolean => draft.value !== wanted
    isBusy.value = true
    try {
      const made = await unfinished.project(folder, name)
      if (isGivenUp()) return null
      const { folder: images, left } = wanted.dropped
        ? await uploads.run(made.id, [...wanted.dropped.tables, ...wanted.dropped.pictures])
        : { folder: wanted.images, left: [] }
      if (isGivenUp()) return null
      await api.images.import({ project: made.id, folder: images, labels })
      if (isGivenUp()) return null
      unfinished.keep()
      draft.value = null
      enter(made, 'images')
      if (left.length > 0) notices.warn(wordsOf(left).join(' '))
      return null
    } catch (error) {
      return AppError.from(error)
    } finally {
      isBusy.value = false
      if (isGivenUp()) void unfinished.remove()
    }
  }
  const giveUp = (): void => {
    draft.value = null
    uploads.cancel()
    // Else the attempt under way does it, as soon as it sees.
    if (!isBusy.value) void unfinished.remove()
  }
  onScopeDispose(giveUp)
  const sample = useAction(async () => {
    const { folder } = await tasks.result(await api.projects.sample({}), 'sample')
    await open(folder)
  })
  return {
    draft,
    damaged,
    isBusy,
    isDrawing: sample.isRunning,
    uploads,
    open,
    propose,
    proposeDropped,
    make,
    giveUp,
    sample: () => sample.run(),
    enter,
  }
}
