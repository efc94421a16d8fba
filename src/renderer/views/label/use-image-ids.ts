// The ids of all images that the filter lets through, in their order. They stay where they are until the list is made anew.
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import { usePlatform } from '../../api/platform.ts'
import { useResource } from '../../composables/use-resource.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import type { ImageFilter, ImageOrder } from '../../../shared/contract/domain.ts'
import { AppError } from '../../../shared/errors.ts'
import { orderOf, withMoved } from '../../widgets/selection.ts'
import type { Order } from '../../widgets/selection.ts'
import type { Filter } from './use-filter.ts'

export interface ImageIds {
  readonly order: ComputedRef<Order>
  readonly isLoaded: ComputedRef<boolean>
  readonly error: Ref<AppError | null>
  /** Labels have changed since the list was made: images may be in it that the filter would leave out now. */
  readonly isStale: Ref<boolean>
  readonly refresh: () => Promise<void>
}

export function useImageIds({ filter, shown }: Filter): ImageIds {
  const { connection } = usePlatform()
  const project = useProject()
  const notices = useNotices()
  const isStale = ref(false)

  const conditions = (): { filter: ImageFilter; order: ImageOrder } => ({ filter: filter.value, order: shown.value.order })
  const key = computed(() => JSON.stringify([project.id, conditions()]))
  const { data, error, reload } = useResource(
    (signal) => {
      if (project.id === null) return null
      isStale.value = false
      return connection.api.images.ids({ project: project.id, ...conditions() }, { signal })
    },
    {
      of: key,
      on: { 'images.changed': (event) => project.isMine(event) && event.images === null, 'suggestions.changed': project.isMine },
      pause: 200,
    },
  )
  // The old list stays in sight until the new one is there.
  const ids = shallowRef<readonly number[]>([])
  watch(data, (answer) => answer && (ids.value = answer.images))

  const moved = new Set<number>()
  /** Images that were taken out or put back go and come; others stay where they are, whatever their labels are by now. */
  async function follow(): Promise<void> {
    const [asked, some] = [key.value, new Set(moved)]
    moved.clear()
    if (project.id === null || some.size === 0) return
    try {
      const { images } = await connection.api.images.ids({ project: project.id, ...conditions() })
      if (asked === key.value) ids.value = withMoved(ids.value, images, some)
    } catch (thrown) {
      notices.report(AppError.from(thrown))
    }
  }
  /** One after the other: the latest answer counts. */
  let following = Promise.resolve()

  const dependsOnLabels = (): boolean => {
    const { classes, labelled, disagreement, split } = filter.value
    return [classes, labelled, disagreement, split].some((one) => one !== undefined) || shown.value.order === 'recently-labelled'
  }
  const relabelled = (event: { project: string }): void => {
    if (project.isMine(event)) isStale.value = dependsOnLabels()
  }
  const ends = [
    connection.on('labels.changed', relabelled),
    connection.on('splits.changed', relabelled),
    connection.on('images.changed', (event) => {
      if (!project.isMine(event) || !event.membership) return
      for (const id of event.images ?? []) moved.add(id)
      following = following.then(follow)
    }),
  ]
  onScopeDispose(() => {
    for (const end of ends) end()
  })
  return {
    order: computed(() => orderOf(ids.value)),
    isLoaded: computed(() => data.value !== null || ids.value.length > 0),
    ...{ error, isStale, refresh: reload },
  }
}
