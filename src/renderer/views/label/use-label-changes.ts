// What a person changes here: shown at once, kept one after the other, taken back with a notice where that fails.
import { useI18n } from 'vue-i18n'
import { useApi } from '../../api/platform.ts'
import { useFormat } from '../../composables/use-format.ts'
import { useNoted } from '../../composables/use-noted.ts'
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
  const noted = useNoted()
  const format = useFormat()
  const { t } = useI18n()

  /** @returns what came of it, null where it failed: that has been told */
  async function keep<Answer>(change: (project: string) => Promise<Answer>): Promise<Answer | null> {
    const { id } = project
    if (id === null) return null
    try {
      return await saving.inTurn(() => change(id))
    } catch (error) {
      notices.report(AppError.from(error))
      return null
    }
  }
  function parts(images: readonly number[]): number[][] {
    return Array.from({ length: Math.ceil(images.length / most) }, (_, i) => images.slice(i * most, (i + 1) * most))
  }

  return {
    assign: (images, label) => {
      const end = show(images, () => label)
      void keep(async (project) => {
        for (const some of parts(images))
          await (label === null
            ? api.labels.clear({ project, selection: { images: some } })
            : api.labels.assign({ project, selection: { images: some }, class: label }))
      }).then(end)
    },
    accept: (images) => {
      const open = images.filter((id) => rows.get(id)?.class === null && rows.get(id)?.suggestion)
      if (open.length === 0) return 0
      const end = show(open, ({ suggestion }) => suggestion?.class ?? null)
      void keep(async (project) => {
        for (const some of parts(open)) await api.suggestions.accept({ project, images: some })
      }).then(end)
      return open.length
    },
    split: (images, split) => {
      const count = format.number(images.length)
      const words = t('label.splitSet', { count, split: t(`common.splits.${split ?? 'none'}`) }, images.length)
      const change = async (project: string): Promise<void> => {
        for (const some of parts(images)) await api.splits.assign({ project, selection: { images: some }, split })
      }
      void noted('split', change, () => words)
    },
    exclude: (images) => {
      const words = t('label.takenOut', { count: format.number(images.length) }, images.length)
      const change = async (project: string): Promise<void> => {
        for (const some of parts(images)) await api.images.exclude({ project, selection: { images: some } })
      }
      void noted('exclude', change, () => words)
    },
  }
}
