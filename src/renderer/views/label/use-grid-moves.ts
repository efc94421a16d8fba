// Arrow keys and their like: they move the focus in the grid, wherever on the page the focus is that has no use for them.
import type { Ref } from 'vue'
import { useCommands } from '../../commands/use-commands.ts'
import { move } from '../../widgets/selection.ts'
import type { Labelling } from './labelling.ts'
import type { GridWindow } from './use-grid-window.ts'

export function useGridMoves(frame: Ref<HTMLElement | null>, grid: GridWindow, { images, selection, isPreviewOpen }: Labelling): void {
  const places = (key: string): number | null => {
    const { columns } = grid.geometry.value
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -columns,
      ArrowDown: columns,
      PageUp: -columns * grid.page(),
      PageDown: columns * grid.page(),
      Home: -Infinity,
      End: Infinity,
    }
    return steps[key] ?? null
  }
  const pressed = (event: KeyboardEvent): boolean => {
    const by = places(event.key)
    if (by === null || event.altKey || event.ctrlKey || event.metaKey) return false
    selection.value = move(selection.value, images.order.value, by, event.shiftKey)
    const { focus } = selection.value
    if (focus !== null) grid.bringIntoSight(images.order.value.indexOf(focus))
    frame.value?.focus({ preventScroll: true })
    return true
  }
  useCommands({}, { other: pressed, enabled: () => !isPreviewOpen.value })
}
