// Selecting with a rubber band: from the gaps between cells, or anywhere once the pointer has moved far enough; at the edges the grid scrolls on.
import { computed, onScopeDispose, ref } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import { indicesIn } from '../../widgets/grid-geometry.ts'
import type { Rectangle } from '../../widgets/grid-geometry.ts'
import { band, chooseNone } from '../../widgets/selection.ts'
import type { Selection } from '../../widgets/selection.ts'
import type { Labelling } from './labelling.ts'
import type { GridWindow } from './use-grid-window.ts'

export interface RubberBand {
  readonly area: Ref<Rectangle | null>
  readonly style: ComputedRef<Record<string, string>>
  readonly start: (event: PointerEvent) => void
  /** The click that follows the end of a band is none. */
  readonly justEnded: () => boolean
}

/** Pixels of movement that make a click a band; near an edge, and how fast it scrolls there. */
const threshold = 6
const edge = 32
const speed = 18
const padding = 8

export function useRubberBand(frame: Ref<HTMLElement | null>, grid: GridWindow, { images, selection }: Labelling): RubberBand {
  const area = ref<Rectangle | null>(null)
  let begun: { x: number; y: number; before: Selection } | null = null
  let pointer = { x: 0, y: 0 }
  let endedAt = -Infinity
  let turning = 0

  /** In the sheet, wherever it is scrolled to. */
  const place = (element: HTMLElement, x: number, y: number): { x: number; y: number } => {
    const { left, top } = element.getBoundingClientRect()
    return { x: x - left - padding, y: y - top - padding + element.scrollTop }
  }
  const draw = (): void => {
    const element = frame.value
    if (!element || !begun) return
    const now = place(element, pointer.x, pointer.y)
    if (!area.value && Math.hypot(now.x - begun.x, now.y - begun.y) < threshold) return
    area.value = {
      left: Math.min(begun.x, now.x),
      right: Math.max(begun.x, now.x),
      top: Math.min(begun.y, now.y),
      bottom: Math.max(begun.y, now.y),
    }
    const { ids } = images.order.value
    const touched = indicesIn(grid.geometry.value, ids.length, area.value).map((index) => ids[index] ?? 0)
    selection.value = band(begun.before, touched)
  }
  /** As long as the pointer is near an edge the grid goes on under it. */
  const turn = (): void => {
    const element = frame.value
    if (!element || !begun) return
    const { top, bottom } = element.getBoundingClientRect()
    const by = pointer.y < top + edge ? -speed : pointer.y > bottom - edge ? speed : 0
    if (by !== 0 && area.value) {
      element.scrollTop += by
      draw()
    }
    turning = requestAnimationFrame(turn)
  }
  const moved = (event: PointerEvent): void => {
    pointer = { x: event.clientX, y: event.clientY }
    draw()
  }
  const ended = (): void => {
    removeEventListener('pointermove', moved)
    removeEventListener('pointerup', ended)
    removeEventListener('pointercancel', ended)
    cancelAnimationFrame(turning)
    if (area.value) endedAt = performance.now()
    begun = null
    area.value = null
  }
  const start = (event: PointerEvent): void => {
    const element = frame.value
    // The scroll bar is the browser's.
    if (!element || event.button !== 0 || event.offsetX > element.clientWidth + padding) return
    if (
      event.target instanceof HTMLElement &&
      event.target === element &&
      event.clientX > element.getBoundingClientRect().left + element.clientWidth
    )
      return
    const adds = event.shiftKey || event.ctrlKey || event.metaKey
    const isOnCell = event.target instanceof Element && event.target.closest('[data-image]') !== null
    const before = adds ? selection.value : chooseNone(selection.value)
    if (!isOnCell && !adds) selection.value = before
    begun = { ...place(element, event.clientX, event.clientY), before }
    pointer = { x: event.clientX, y: event.clientY }
    addEventListener('pointermove', moved)
    addEventListener('pointerup', ended)
    addEventListener('pointercancel', ended)
    turning = requestAnimationFrame(turn)
  }
  onScopeDispose(ended)
  const style = computed(() => {
    const { left, top, right, bottom } = area.value ?? { left: 0, top: 0, right: 0, bottom: 0 }
    return { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` }
  })
  return { area, style, start, justEnded: () => performance.now() - endedAt < 50 }
}
