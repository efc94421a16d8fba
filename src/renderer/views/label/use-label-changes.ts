// What a person changes here: shown at once, kept one after the other, taken back with a notice where that fails.
import { useI18n } from 'vue-i18n'
import { useApi } from '../../api/platform.ts'
import { useFormat } from '../../composables/use-format.ts'
import { useHistory } from '../../stores/history.ts'
import { useNotices } from '../../stores/notices.ts'
import { useProject } from '../../stores/project.ts'
import { useSaving } from '../../stores/saving.ts'
import type { Split } from '../../../shared/contract/domain.ts'
import { AppError } from '../../../shared/errors.ts'
import type { ImageRows } from './use-image-rows.ts'

export interface LabelChanges {
  /** @param label null takes labels off */
  readonly assign: (images: readonly number[], label: number | null) => void
  /** Labels those that have a suggestion and no label. @returns false where there is none: that has been told */
  readonly accept: (images: readonly number[]) => boolean
  readonly split: (images: readonly number[], split: Split | null) => void
  readonly exclude: (images: readonly number[]) => void
}

type Change = (project: string, images: number[]) => Promise<{ readonly images: number }>

interface Noted {
  readonly kind: 'accept' | 'split' | 'exclude'
  /** @param count images that have changed */
  readonly words: (count: number) => string
}

/** Ids in one call, as the contract allows. */
const most = 100_000

export function useLabelChanges({ rows, show }: Pick<ImageRows, 'rows' | 'show'>): LabelChanges {
  const api = useApi()
  const project = useProject()
  const saving = useSaving()
  const notices = useNotices()
  const history = useHistory()
  const format = useFormat()
  const { t } = useI18n()

  /** In parts as the contract allows. @param noted tells it in a notice that has a way back @returns false where it failed: that has been told */
  async function keep(images: readonly number[], change: Change, noted?: Noted): Promise<boolean> {
    const { id } = project
    if (id === null) return false
    const inParts = async (): Promise<number> => {
      let changed = 0
      for (let at = 0; at < images.length; at += most) changed += (await change(id, images.slice(at, at + most))).images
      return changed
    }
    try {
      if (!noted) await saving.inTurn(inParts)
      else {
        const { answer, undo } = await saving.inTurn(() => history.noted(noted.kind, id, inParts))
        // The button takes back one action: several parts are several.
        notices.tell(noted.words(answer), images.length > most ? null : undo)
      }
      return true
    } catch (error) {
      notices.report(AppError.from(error))
      return false
    }
  }

  return {
    assign: (images, label) => {
      if (images.length === 0) return notices.tell(t('label.selectFirst'))
      const end = show(images, () => label)
      void keep(images, (project, some) =>
        label === null
          ? api.labels.clear({ project, selection: { images: some } })
          : api.labels.assign({ project, selection: { images: some }, class: label }),
      ).then(end)
    },
    accept: (images) => {
      const open = images.filter((id) => rows.get(id)?.class === null && rows.get(id)?.suggestion)
      // Of the others nothing is known here: the services find out.
      const areKnown = images.every((id) => rows.has(id))
      if (areKnown && open.length === 0) {
        notices.tell(t(images.length === 0 ? 'label.selectFirst' : 'label.nothingToAccept'))
        return false
      }
      const words = (count: number): string =>
        count === 0 ? t('label.nothingToAccept') : t('label.accepted', { count: format.number(count) }, count)
      const end = show(open, ({ suggestion }) => suggestion?.class ?? null)
      void keep(
        images,
        (project, some) => api.suggestions.accept({ project, images: some }),
        images.length === 1 && areKnown ? undefined : { kind: 'accept', words },
      ).then(end)
      return true
    },
    split: (images, split) => {
      const words = t(
        'label.splitSet',
        { count: format.number(images.length), split: t(`common.splits.${split ?? 'none'}`) },
        images.length,
      )
      void keep(images, (project, some) => api.splits.assign({ project, selection: { images: some }, split }), {
        kind: 'split',
        words: () => words,
      })
    },
    exclude: (images) => {
      const words = t('label.takenOut', { count: format.number(images.length) }, images.length)
      void keep(images, (project, some) => api.images.exclude({ project, selection: { images: some } }), {
        kind: 'exclude',
        words: () => words,
      })
    },
  }
}
