// What a person changes here: shown at once, kept one after the other, taken back with a notice where that fails.
import { useI18n } from 'vue-i18n'
import { useApi } from '../../api/platform.ts'
import { useHistory } from '../../stores/history.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import { useSaving } from '../../stores/saving.ts'
import type { Split } from '../../../shared/contract/domain.ts'
import { AppError } from '../../../shared/errors.ts'
import type { ImageList } from './use-image-list.ts'

export interface LabelChanges {
  /** @param label null takes labels off */
  readonly assign: (images: readonly number[], label: number | null) => void
  /** Labels those that have a suggestion and no label. @returns how many that are, as far as rows are known */
  readonly accept: (images: readonly number[]) => number
  readonly split: (images: readonly number[], split: Split | null) => void
  readonly exclude: (images: readonly number[]) => void
}

/** Ids in one call, as the contract allows. */
const most = 100_000

export function useLabelChanges({ rows, show }: Pick<ImageList, 'rows' | 'show'>): LabelChanges {
  const api = useApi()
  const project = useProject()
  const saving = useSaving()
  const notices = useNotices()
  const history = useHistory()
  const { t } = useI18n()
  let turn: Promise<unknown> = Promise.resolve()

  /** Changes go out in the order in which they were made. */
  function keep(change: (project: string) => Promise<unknown>, end: () => void = () => undefined): void {
    const id = project.id
    if (id === null) return end()
    turn = saving
      .during(turn.then(() => change(id)))
      .catch((error: unknown) => notices.report(AppError.from(error)))
      .then(end)
  }
  function parts(images: readonly number[]): number[][] {
    return Array.from({ length: Math.ceil(images.length / most) }, (_, i) => images.slice(i * most, (i + 1) * most))
  }
  const undo = { label: t('label.undo'), run: () => void history.undo() }

  return {
    assign: (images, label) => {
      const end = show(images, () => label)
      keep(async (project) => {
        for (const some of parts(images))
          await (label === null
            ? api.labels.clear({ project, selection: { images: some } })
            : api.labels.assign({ project, selection: { images: some }, class: label }))
      }, end)
    },
    accept: (images) => {
      const open = images.filter((id) => rows.get(id)?.class === null && rows.get(id)?.suggestion)
      if (open.length === 0) return 0
      const end = show(open, ({ suggestion }) => suggestion?.class ?? null)
      keep(async (project) => {
        for (const some of parts(open)) await api.suggestions.accept({ project, images: some })
      }, end)
      return open.length
    },
    split: (images, split) =>
      keep(async (project) => {
        for (const some of parts(images)) await api.splits.assign({ project, selection: { images: some }, split })
        notices.tell(t('label.splitSet', { count: images.length, split: t(`common.splits.${split ?? 'none'}`) }, images.length), undo)
      }),
    exclude: (images) =>
      keep(async (project) => {
        for (const some of parts(images)) await api.images.exclude({ project, selection: { images: some } })
        notices.tell(t('label.takenOut', { count: images.length }, images.length), undo)
      }),
  }
}
