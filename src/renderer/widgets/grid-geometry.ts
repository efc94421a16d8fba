// Where the cells of a grid of squares lie: index to place and back. Pixels, from the grid's upper left corner.

export interface Rectangle {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export interface GridGeometry {
  readonly columns: number
  readonly rows: number
  /** Edge of a cell. */
  readonly cell: number
  /** From one cell's edge to the next one's. */
  readonly pitch: number
  readonly height: number
}

/** As many columns of about the wanted size as fit; the cells grow to fill the width. */
export function gridGeometry(count: number, width: number, wanted: number, gap: number): GridGeometry {
  const columns = Math.max(1, Math.floor((width + gap) / (wanted + gap)))
  const cell = Math.max(16, Math.floor((width - gap * (columns - 1)) / columns))
  const rows = Math.ceil(count / columns)
  const pitch = cell + gap
  return { columns, rows, cell, pitch, height: Math.max(0, rows * pitch - gap) }
}

export function placeOf({ columns, pitch }: GridGeometry, index: number): { x: number; y: number } {
  return { x: (index % columns) * pitch, y: Math.floor(index / columns) * pitch }
}

/** First index that is in sight and the first after it. @param overscan rows before and after that are wanted too */
export function visibleRange(geometry: GridGeometry, count: number, scrollTop: number, height: number, overscan: number): [number, number] {
  const { columns, pitch } = geometry
  const first = Math.max(0, Math.floor(scrollTop / pitch) - overscan)
  const last = Math.ceil((scrollTop + height) / pitch) + overscan
  return [Math.min(count, first * columns), Math.max(0, Math.min(count, last * columns))]
}

/** Indices of the cells that a rectangle touches, in order. */
export function indicesIn({ columns, rows, cell, pitch }: GridGeometry, count: number, area: Rectangle): number[] {
  const from = (low: number): number => Math.max(0, Math.ceil((low - cell) / pitch))
  const to = (high: number, most: number): number => Math.min(most - 1, Math.floor(high / pitch))
  const found: number[] = []
  const [left, right] = [from(area.left), to(area.right, columns)]
  for (let row = from(area.top), last = to(area.bottom, rows); row <= last; row++)
    for (let column = left; column <= right; column++) {
      const index = row * columns + column
      if (index < count) found.push(index)
    }
  return found
}

/** Where to scroll so that a cell is wholly in sight; as it is where it is already. */
export function scrollTo(geometry: GridGeometry, index: number, scrollTop: number, height: number, margin: number): number {
  const { y } = placeOf(geometry, index)
  if (y - margin < scrollTop) return Math.max(0, y - margin)
  if (y + geometry.cell + margin > scrollTop + height) return y + geometry.cell + margin - height
  return scrollTop
}
