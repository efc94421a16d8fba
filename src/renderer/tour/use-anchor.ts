// Where in the window the element is that the tour points at. Views come and go and scroll: it is looked up again and again while a tour is on.
import { useIntervalFn } from '@vueuse/core'
import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { Box } from './placement.ts'

export interface Anchor {
  readonly name: string
  readonly box: Box
}

/** Milliseconds: short enough to go along with a panel that opens. */
const pause = 120

/** @param names `data-tour` values, the first that is in the page counts; none = no tour */
export function useAnchor(names: () => readonly string[]): ShallowRef<Anchor | null> {
  const anchor = shallowRef<Anchor | null>(null)
  /** Brought into sight once: later the person scrolls as they like. */
  let shown: Element | null = null

  const look = (): void => {
    const found = names().flatMap((name) => {
      const element = [...document.querySelectorAll(`[data-tour="${name}"]`)].find((one) => one.getClientRects().length > 0)
      return element ? [{ name, element }] : []
    })[0]
    if (found && found.element !== shown) found.element.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    shown = found?.element ?? null
    const next = found ? { name: found.name, box: boxOf(found.element) } : null
    if (JSON.stringify(next) !== JSON.stringify(anchor.value)) anchor.value = next
  }
  const timer = useIntervalFn(look, pause, { immediate: false })
  watch(
    names,
    (wanted) => {
      shown = null
      if (wanted.length > 0) timer.resume()
      else timer.pause()
      look()
    },
    { immediate: true, flush: 'post' },
  )
  const lookNow = (): void => {
    if (timer.isActive.value) look()
  }
  addEventListener('resize', lookNow)
  addEventListener('scroll', lookNow, { capture: true, passive: true })
  onScopeDispose(() => {
    removeEventListener('resize', lookNow)
    removeEventListener('scroll', lookNow, { capture: true })
  })
  return anchor
}

function boxOf(element: Element): Box {
  const { x, y, width, height } = element.getBoundingClientRect()
  return { x, y, width, height }
}
