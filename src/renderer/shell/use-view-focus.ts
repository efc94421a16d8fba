// Where the keyboard is after going to another view: at its heading, which screen readers then read.
import { onScopeDispose } from 'vue'
import type { ShallowRef } from 'vue'
import { useRouter } from 'vue-router'

/** Milliseconds that a view may take to show its heading; then its frame has the focus. */
const patience = 3000

/** @param main the frame that views are shown in */
export function useViewFocus(main: Readonly<ShallowRef<HTMLElement | null>>): void {
  let end: (() => void) | null = null
  const stop = useRouter().afterEach((to, from, failure) => {
    // A filter in the address is no other view; the page's first view leaves the focus where it is.
    if (failure || from.name === undefined || (to.name === from.name && to.params['project'] === from.params['project'])) return
    end?.()
    const frame = main.value
    if (!frame) return
    const before = frame.querySelector('h1')
    const observer = new MutationObserver(() => look())
    const timer = setTimeout(() => finish(frame), patience)
    const look = (): void => {
      const heading = frame.querySelector('h1')
      if (heading && heading !== before) finish(heading)
    }
    const finish = (target: HTMLElement): void => {
      end?.()
      // A view that has put the focus somewhere itself knows better.
      const active = document.activeElement
      if (active && active !== document.body && frame.contains(active) && active !== frame) return
      // Nor is it taken from a dialog, a menu or the tour.
      if (active?.closest('[role="dialog"], [role="alertdialog"], [role="menu"], [data-keeps-focus]')) return
      ;(target.tabIndex < 0 && !target.hasAttribute('tabindex') ? frame : target).focus({ preventScroll: true })
    }
    end = () => {
      observer.disconnect()
      clearTimeout(timer)
      end = null
    }
    observer.observe(frame, { childList: true, subtree: true })
  })
  onScopeDispose(() => {
    stop()
    end?.()
  })
}
