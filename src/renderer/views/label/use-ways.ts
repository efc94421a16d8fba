// Ways to the next image worth a look.
import { nextTick, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useApi } from '../../api/platform.ts'
import { useAction } from '../../composables/use-action.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import type { Labelling } from './labelling.ts'

export interface Ways {
  /** The image whose label would help the model most. */
  readonly nextUseful: () => void
  /** The next one without a label in the order of the list; from the start again after the end. */
  readonly nextUnlabelled: () => void
}

export function useWays({ images, filter, selection, goTo }: Labelling): Ways {
  const api = useApi()
  const project = useProject()
  const notices = useNotices()
  const { t } = useI18n()
  /** The one that was shown last: asked again without a label, the one after it is meant. */
  const latest = ref<number | null>(null)

  const useful = useAction(async () => {
    if (project.id === null) return
    const skipped = latest.value !== null && images.rows.get(latest.value)?.class === null ? { after: latest.value } : {}
    const { images: found, reason } = await api.suggestions.next({ project: project.id, count: 1, ...skipped })
    const [next] = found
    latest.value = next?.id ?? null
    if (!next) return notices.tell(t('label.noneUnlabelled'))
    if (images.order.value.indexOf(next.id) < 0) {
      await filter.clear()
      // The list begins to be read by the new filter: read before that, it would be given up.
      await nextTick()
      await images.refresh()
    }
    goTo(next.id)
    notices.tell(t(`label.why.${reason}`))
  })
  const unlabelled = useAction(async () => {
    if (project.id === null) return
    const { filter: conditions, shown } = filter
    const asked = { project: project.id, filter: { ...conditions.value, labelled: false }, order: shown.value.order }
    const open = new Set((await api.images.ids(asked)).images)
    const { ids, indexOf } = images.order.value
    const from = selection.value.focus === null ? 0 : indexOf(selection.value.focus) + 1
    const next = [...ids.slice(from), ...ids.slice(0, from)].find((id) => open.has(id))
    if (next === undefined) return notices.tell(t('label.noneUnlabelled'))
    goTo(next)
  })
  return { nextUseful: () => void useful.run(), nextUnlabelled: () => void unlabelled.run() }
}
