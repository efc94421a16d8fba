// Where a card goes beside what it points at: pixels of the window, plain geometry.
import type { Side } from './steps.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Box extends Size {
  readonly x: number
  readonly y: number
}

/** Between the card and what it points at; to the edges of the window; the last also spares the status line. */
const gap = 12
const margin = 8
const below = 36

/** Beside the anchor on the preferred side, or on another that has room; where none has, or there is no anchor, in the lower corner that hides less of it. */
export function placed(anchor: Box | null, card: Size, window: Size, preferred: Side): { readonly x: number; readonly y: number } {
  const right = window.width - margin - card.width
  const bottom = window.height - below - card.height
  const inWidth = (x: number): number => Math.max(margin, Math.min(x, right))
  const inHeight = (y: number): number => Math.max(margin, Math.min(y, bottom))
  if (anchor) {
    const at: Readonly<Record<Side, { x: number; y: number }>> = {
      right: { x: anchor.x + anchor.width + gap, y: inHeight(anchor.y) },
      left: { x: anchor.x - gap - card.width, y: inHeight(anchor.y) },
      bottom: { x: inWidth(anchor.x), y: anchor.y + anchor.height + gap },
      top: { x: inWidth(anchor.x), y: anchor.y - gap - card.height },
    }
    for (const side of [preferred, 'right', 'left', 'bottom', 'top'] as const) {
      const { x, y } = at[side]
      if (x >= margin && x <= right && y >= margin && y <= bottom) return { x, y }
    }
  }
  const isOnTheRight = anchor !== null && anchor.x + anchor.width / 2 > window.width / 2
  return { x: isOnTheRight ? margin : Math.max(margin, right), y: Math.max(margin, bottom) }
}
