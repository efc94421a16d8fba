// Which items of a long list are selected, which has the focus, and where a range began. Values in, values out.

export interface Selection {
  /** Ids. */
  readonly chosen: ReadonlySet<number>
  /** Id that has the focus; null = none yet. */
  readonly focus: number | null
  /** Id at which a range begins. */
  readonly anchor: number | null
}

/** The list: ids in their order, and the place of each. */
export interface Order {
  readonly ids: readonly number[]
  readonly indexOf: (id: number) => number
}

export const nothing: Selection = { chosen: new Set(), focus: null, anchor: null }

export function orderOf(ids: readonly number[]): Order {
  let places: Map<number, number> | null = null
  // Made when it is first asked for: a list of 100,000 may be looked at and left.
  return { ids, indexOf: (id) => (places ??= new Map(ids.map((one, index) => [one, index]))).get(id) ?? -1 }
}

/** A click: this one alone. */
export function choose(id: number): Selection {
  return { chosen: new Set([id]), focus: id, anchor: id }
}

/** This one alone, though it may not be in the list: an arrow key then leads back to where one was. */
export function visit({ focus, anchor }: Selection, { indexOf }: Order, id: number): Selection {
  return indexOf(id) >= 0 ? choose(id) : { ...choose(id), anchor: focus !== null && indexOf(focus) >= 0 ? focus : anchor }
}

/** A click with Ctrl: this one too, or no longer. */
export function toggle({ chosen }: Selection, id: number): Selection {
  const next = new Set(chosen)
  if (!next.delete(id)) next.add(id)
  return { chosen: next, focus: id, anchor: id }
}

/** A click with Shift: all from the anchor to this one; the rest goes unless it is `added`. */
export function extend(selection: Selection, order: Order, id: number, added = false): Selection {
  const anchor = selection.anchor ?? selection.focus ?? id
  const range = between(order, anchor, id)
  return { chosen: new Set(added ? [...selection.chosen, ...range] : range), focus: id, anchor }
}

/** An arrow key; from an image that is not in the list, back to where one was. @param by places to go on, negative = back @param extending with Shift */
export function move(selection: Selection, order: Order, by: number, extending: boolean): Selection {
  const { ids } = order
  const place = (id: number | null): number => (id === null ? -1 : order.indexOf(id))
  const at = place(selection.focus)
  const wanted = at < 0 ? place(selection.anchor) : at + by
  // A row further than the last one: to the last item, as in other grids; a step beyond the ends stays.
  const to = Math.min(ids.length - 1, Math.max(0, wanted))
  const id = ids[to]
  if (id === undefined) return nothing
  return extending ? extend(selection, order, id) : choose(id)
}

export function chooseAll({ focus, anchor }: Selection, { ids }: Order): Selection {
  return { chosen: new Set(ids), focus: focus ?? ids[0] ?? null, anchor }
}

/** Nothing is selected; the focus stays where it is. */
export function chooseNone({ focus }: Selection): Selection {
  return { chosen: new Set(), focus, anchor: focus }
}

/** A rubber band: what it touches, beside what was selected when it began. */
export function band(before: Selection, touched: readonly number[]): Selection {
  return { chosen: new Set([...before.chosen, ...touched]), focus: touched.at(-1) ?? before.focus, anchor: before.anchor }
}

/** What is left of it in another list; the focus goes to the item that took its place. @param was the list before */
export function within(selection: Selection, order: Order, was: Order): Selection {
  const chosen = new Set([...selection.chosen].filter((id) => order.indexOf(id) >= 0))
  const keep = (id: number | null): number | null => (id !== null && order.indexOf(id) >= 0 ? id : null)
  const at = selection.focus === null ? -1 : was.indexOf(selection.focus)
  const focus = keep(selection.focus) ?? (at < 0 ? null : (order.ids[Math.min(at, order.ids.length - 1)] ?? null))
  return { chosen, focus, anchor: keep(selection.anchor) ?? focus }
}

/** A list in which only some items come or go: those that are not in the list of now leave, those that are new stand behind the one before them there.
 * @param ids as they are shown @param now as they would be shown anew */
export function withMoved(ids: readonly number[], now: readonly number[], moved: ReadonlySet<number>): number[] {
  const { indexOf } = orderOf(now)
  const staying = ids.filter((id) => !moved.has(id) || indexOf(id) >= 0)
  const shown = new Set(staying)
  const behind = new Map<number | null, number[]>()
  let last: number | null = null
  for (const id of now)
    if (shown.has(id)) last = id
    else if (moved.has(id)) behind.set(last, [...(behind.get(last) ?? []), id])
  return [...(behind.get(null) ?? []), ...staying.flatMap((id) => [id, ...(behind.get(id) ?? [])])]
}

function between({ ids, indexOf }: Order, a: number, b: number): readonly number[] {
  const [i, j] = [indexOf(a), indexOf(b)]
  if (i < 0 || j < 0) return [b]
  return ids.slice(Math.min(i, j), Math.max(i, j) + 1)
}
