// Everything that the parts of the Label view share: made once by the view, found by its parts.
import { computed, inject, provide, ref, shallowRef, watch } from 'vue'
import type { ComputedRef, InjectionKey, Ref, ShallowRef } from 'vue'
import { nothing, within } from '../../widgets/selection.ts'
import type { Selection } from '../../widgets/selection.ts'
import { useFilter } from './use-filter.ts'
import type { Filter } from './use-filter.ts'
import { useImageIds } from './use-image-ids.ts'
import type { ImageIds } from './use-image-ids.ts'
import { useImageRows } from './use-image-rows.ts'
import type { ImageRows } from './use-image-rows.ts'
import { useLabelChanges } from './use-label-changes.ts'
import type { LabelChanges } from './use-label-changes.ts'
import { usePreferences } from './use-preferences.ts'
import type { Preferences } from './use-preferences.ts'
import { useSpoken } from './use-spoken.ts'
import type { Spoken } from './use-spoken.ts'

export interface Labelling {
  readonly filter: Filter
  readonly images: ImageIds & ImageRows
  readonly changes: LabelChanges
  /** What a screen reader is told of the latest label. */
  readonly spoken: Ref<Spoken>
  readonly preferences: Preferences
  readonly selection: ShallowRef<Selection>
  /** What a label goes to: the selected images, else the one with the focus; in the preview the one that is shown. */
  readonly subject: ComputedRef<readonly number[]>
  readonly isPreviewOpen: Ref<boolean>
  /** A class is being found by its name. */
  readonly isLabelAsOpen: Ref<boolean>
  /** Selects one image and brings it into sight. */
  readonly goTo: (id: number) => void
  /** Counts up when the focused image shall be brought into sight. */
  readonly calls: Ref<number>
  readonly focusNewClass: Ref<number>
  readonly focusSearch: Ref<number>
}

const key: InjectionKey<Labelling> = Symbol('labelling')

export function provideLabelling(): Labelling {
  const filter = useFilter()
  const images = { ...useImageIds(filter), ...useImageRows() }
  const selection = shallowRef<Selection>(nothing)
  const isPreviewOpen = ref(false)
  const calls = ref(0)
  watch(images.order, (now, was) => {
    const { focus } = selection.value
    const left = within(selection.value, now, was)
    // What the large preview shows stays there, also where the list has it no more.
    selection.value = isPreviewOpen.value ? { ...left, focus } : left
  })
  const subject = computed(() => {
    const { chosen, focus } = selection.value
    if (isPreviewOpen.value || chosen.size === 0) return focus === null ? [] : [focus]
    return [...chosen]
  })
  const labelling: Labelling = {
    ...{ filter, images, selection, subject, isPreviewOpen, calls },
    ...useSpoken(images, useLabelChanges(images)),
    preferences: usePreferences(),
    goTo: (id) => {
      selection.value = { chosen: new Set([id]), focus: id, anchor: id }
      calls.value++
    },
    isLabelAsOpen: ref(false),
    focusNewClass: ref(0),
    focusSearch: ref(0),
  }
  provide(key, labelling)
  return labelling
}

export function useLabelling(): Labelling {
  const found = inject(key)
  if (!found) throw new Error('provideLabelling comes first: see LabelView.vue')
  return found
}
