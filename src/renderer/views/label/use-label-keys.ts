// Keys of the Label view: those of commands, and those of classes.
import { useI18n } from 'vue-i18n'
import { useCommands } from '../../commands/use-commands.ts'
import { useClasses } from '../../stores/classes.ts'
import { useHistory } from '../../stores/history.ts'
import { useNotices } from '../../stores/notices.ts'
import { chooseAll, chooseNone } from '../../widgets/selection.ts'
import type { Labelling } from './labelling.ts'
import { sizes } from './use-preferences.ts'
import type { Ways } from './use-ways.ts'

/** @param step goes to a neighbour: 1 = the next image @returns labels as the key of a class does, and goes on */
export function useLabelKeys(labelling: Labelling, ways: Ways, step: (by: number) => void): (label: number) => void {
  const { images, changes, preferences, selection, subject, isPreviewOpen, isLabelAsOpen } = labelling
  const classes = useClasses()
  const history = useHistory()
  const notices = useNotices()
  const { t } = useI18n()

  const goOn = (): void => {
    if (preferences.goesOn.value && subject.value.length === 1) step(1)
  }
  const assign = (label: number | null): void => {
    changes.assign(subject.value, label)
    if (label !== null) goOn()
  }
  const accept = (): void => {
    if (changes.accept(subject.value)) goOn()
  }
  const resize = (by: number): void => {
    preferences.size.value = Math.min(sizes.largest, Math.max(sizes.smallest, preferences.size.value + by))
  }
  const ofClass = (event: KeyboardEvent): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false
    const found = classes.list.find(({ hotkey }) => hotkey !== null && hotkey === event.key.toLowerCase())
    if (found) assign(found.id)
    return found !== undefined
  }
  const both = {
    clearLabel: () => assign(null),
    labelAs: () => (subject.value.length > 0 ? (isLabelAsOpen.value = true) : notices.tell(t('label.selectFirst'))),
    acceptSuggestion: accept,
    nextUnlabelled: ways.nextUnlabelled,
    nextUseful: ways.nextUseful,
  }
  useCommands(
    {
      ...both,
      selectAll: () => void (selection.value = chooseAll(selection.value, images.order.value)),
      selectNone: () => selection.value.chosen.size > 0 && ((selection.value = chooseNone(selection.value)), true),
      openPreview: () => selection.value.focus !== null && (isPreviewOpen.value = true),
      newClass: () => labelling.focusNewClass.value++,
      search: () => labelling.focusSearch.value++,
      thumbnailsLarger: () => resize(sizes.step),
      thumbnailsSmaller: () => resize(-sizes.step),
    },
    { other: ofClass, enabled: () => !isPreviewOpen.value },
  )
  // Undo and redo are the window's, which does not listen while a dialog is open.
  useCommands(
    { ...both, undo: () => void history.undo(), redo: () => void history.redo() },
    { other: ofClass, enabled: isPreviewOpen, inDialog: true },
  )
  return assign
}
