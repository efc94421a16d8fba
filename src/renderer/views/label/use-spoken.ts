// What a screen reader is told of a label: the focus may be on the next image by then.
import { ref } from 'vue'
import type { Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useFormat } from '../../composables/use-format.ts'
import { useClasses } from '../../stores/classes.ts'
import type { ImageRows } from './use-image-rows.ts'
import type { LabelChanges } from './use-label-changes.ts'

export interface Spoken {
  readonly text: string
  /** Another one for each change: the same words are said again. */
  readonly turn: number
}

/** @returns the same changes, and what to say of the latest */
export function useSpoken({ rows }: Pick<ImageRows, 'rows'>, changes: LabelChanges): { spoken: Ref<Spoken>; changes: LabelChanges } {
  const classes = useClasses()
  const format = useFormat()
  const { t } = useI18n()
  const spoken = ref<Spoken>({ text: '', turn: 0 })

  const sayLabel = (images: readonly number[], label: number | null): void => {
    const path = images.length === 1 ? rows.get(images[0] ?? 0)?.path : undefined
    const what = path?.split('/').at(-1) ?? t('label.count', { count: format.number(images.length) }, images.length)
    const name = label === null ? undefined : classes.byId.get(label)?.name
    spoken.value = { text: t('label.spoken', { what, label: name ?? t('components.noClass') }), turn: spoken.value.turn + 1 }
  }
  return {
    spoken,
    changes: {
      ...changes,
      assign: (images, label) => {
        changes.assign(images, label)
        if (images.length > 0) sayLabel(images, label)
      },
      accept: (images) => {
        const [first] = images
        const suggestion = images.length === 1 && first !== undefined ? rows.get(first)?.suggestion : null
        const isAccepted = changes.accept(images)
        // Of several a notice tells.
        if (isAccepted && suggestion) sayLabel(images, suggestion.class)
        return isAccepted
      },
    },
  }
}
