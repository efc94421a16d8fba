// The part of the grid that is in sight: its geometry for the room there is, what to draw, and whether it is flung past.
import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { ComputedRef, Ref } from 'vue'
import type { PictureSize } from '../../api/platform.ts'
import { gridGeometry, scrollTo, visibleRange } from '../../widgets/grid-geometry.ts'
import type { GridGeometry } from '../../widgets/grid-geometry.ts'

export interface GridWindow {
  readonly geometry: ComputedRef<GridGeometry>
  /** First index to draw, and the first after it. */
  readonly range: ComputedRef<readonly [number, number]>
  readonly isStill: Ref<boolean>
  readonly pictureSize: ComputedRef<PictureSize>
  readonly bringIntoSight: (index: number) => void
  /** Rows that are wholly in sight. */
  readonly page: () => number
  readonly count: () => number
}

const gap = 4
const padding = 8
/** Rows drawn beyond what is in sight. */
const overscan = 2
/** Heights of the window in a second: faster is flinging. */
const fast = 6
/** Milliseconds of rest after which pictures are asked for. */
const rest = 90

export function useGridWindow(frame: Ref<HTMLElement | null>, count: () => number, wanted: Ref<number>): GridWindow {
  const room = shallowRef({ width: 0, height: 0 })
  const top = ref(0)
  const isStill = ref(true)
  const geometry = computed(() => gridGeometry(count(), room.value.width, wanted.value, gap))
  const range = computed(() =>
    room.value.width === 0 ? ([0, 0] as const) : visibleRange(geometry.value, count(), top.value, room.value.height, overscan),
  )
  const pictureSize = computed<PictureSize>(() => {
    const pixels = geometry.value.cell * devicePixelRatio
    return pixels <= 140 ? 128 : pixels <= 300 ? 256 : 512
  })

  let last = { top: 0, at: 0 }
  let timer: ReturnType<typeof setTimeout> | undefined
  const scrolled = (): void => {
    const element = frame.value
    if (!element) return
    const now = performance.now()
    const speed = Math.abs(element.scrollTop - last.top) / Math.max(1, now - last.at)
    if (speed * 1000 > fast * room.value.height) isStill.value = false
    last = { top: element.scrollTop, at: now }
    top.value = element.scrollTop
    clearTimeout(timer)
    if (!isStill.value) timer = setTimeout(() => (isStill.value = true), rest)
  }
  const resized = new ResizeObserver(([entry]) => {
    if (!entry) return
    const { width, height } = entry.contentRect
    if (width !== room.value.width || height !== room.value.height) room.value = { width, height }
  })
  watch(
    frame,
    (element, before) => {
      before?.removeEventListener('scroll', scrolled)
      resized.disconnect()
      if (!element) return
      element.addEventListener('scroll', scrolled, { passive: true })
      resized.observe(element)
    },
    { flush: 'post' },
  )
  // Another size of cells: what was first in sight stays there.
  watch(geometry, (now, was) => {
    const element = frame.value
    if (!element || was.columns === now.columns || was.rows === 0) return
    const first = Math.floor(element.scrollTop / was.pitch) * was.columns
    requestAnimationFrame(() => (element.scrollTop = Math.floor(first / now.columns) * now.pitch))
  })
  onScopeDispose(() => {
    resized.disconnect()
    clearTimeout(timer)
  })

  return {
    ...{ geometry, range, isStill, pictureSize, count },
    bringIntoSight: (index) => {
      const element = frame.value
      if (element && index >= 0)
        element.scrollTop = scrollTo(geometry.value, index, element.scrollTop, element.clientHeight - 2 * padding, gap)
    },
    page: () => Math.max(1, Math.floor(room.value.height / geometry.value.pitch)),
  }
}
