// Geometry of a wing: rays fan out from its root, marks are placed on them, everything becomes SVG paths.
import type { Species, WingMarks } from './species.ts'

/** Colours of one individual, as CSS colours. */
export interface Colours {
  /** The wing near its root, and further out. */
  readonly inner: string
  readonly ground: string
  /** Border, veins, pupils, body. */
  readonly dark: string
  /** Bands, rings, dots. */
  readonly light: string
}

/** A fan of rays. Lengths are in units of which a butterfly spans about 130. */
interface Fan {
  readonly root: readonly [x: number, y: number]
  /** Directions of the leading and of the trailing edge, radians, 0 to the right, positive downwards. */
  readonly leading: number
  readonly trailing: number
  /** How much the rays bend, radians. */
  readonly bend: number
  readonly length: number
  /** Distance of the edge along ray t, as a share of the length. */
  readonly edge: (t: number) => number
}

type Point = readonly [x: number, y: number]

const degrees = Math.PI / 180
const veinCount = 7
const bump = (t: number, centre: number, width: number): number => Math.exp(-(((t - centre) / width) ** 2))

const foreWing: Fan = {
  root: [2, -4],
  leading: -46 * degrees,
  trailing: 24 * degrees,
  bend: -0.55,
  length: 70,
  edge: (t) => 0.62 + 0.38 * bump(t, 0.08, 0.4) - 0.05 * bump(t, 0.55, 0.22),
}

function hindWing({ scallops, tail }: Species): Fan {
  return {
    root: [2, 0],
    leading: -4 * degrees,
    trailing: 92 * degrees,
    bend: 0.3,
    length: 54,
    edge: (t) => 0.72 + 0.24 * bump(t, 0.5, 0.42) + scallops * Math.abs(Math.sin(veinCount * Math.PI * t)) + tail * bump(t, 0.66, 0.075),
  }
}

/** Both wings of the right side, the hind wing below; the origin is the middle of the body.
 * @param turn of each wing, degrees */
export function rightWings(species: Species, colours: Colours, turn: { readonly fore: number; readonly hind: number }): string {
  const turned = (angle: number, wing: string): string => `<g transform="rotate(${angle.toFixed(1)})">${wing}</g>`
  const hind = wing(hindWing(species), species.hind, { ...species, tip: 0 }, colours)
  return turned(turn.hind, hind) + turned(turn.fore, wing(foreWing, species.fore, species, colours))
}

function wing(fan: Fan, marks: WingMarks, { border, tip, veins }: Species, colours: Colours): string {
  const fill = (shape: string, colour: string): string => `<path d="${shape}" fill="${colour}"/>`
  const bands = marks.bands.map(({ from, to, wave }) => {
    const zigzag = (t: number): number => wave * Math.sin(2 * Math.PI * veinCount * t)
    return fill(area(fan, (t) => from + zigzag(t), (t) => to + zigzag(t), wave === 0 ? 20 : 56), colours.light) // prettier-ignore
  })
  return [
    `<path d="${outline(fan)}" fill="url(#wing)" stroke="${colours.dark}" stroke-width="1"/>`,
    fill(area(fan, () => 1 - border, () => 1, 56), colours.dark), // prettier-ignore
    tip > 0 ? fill(tipPatch(fan, tip), colours.dark) : '',
    ...bands,
    veinLines(fan, veins, colours.dark),
    ...edgeDots(fan, marks.edgeDots, border, colours.light),
    ...marks.eyes.map(({ r, t, size }) => eyeSpot(pointAt(fan, r, t), fan.length * size, colours)),
  ].join('')
}

function pointAt({ root: [x, y], leading, trailing, bend, length, edge }: Fan, r: number, t: number): Point {
  const angle = leading + (trailing - leading) * t + bend * r * (1 - r)
  const distance = length * edge(t) * r
  return [x + Math.cos(angle) * distance, y + Math.sin(angle) * distance]
}

const line = (points: readonly Point[]): string => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`
const steps = (count: number): number[] => Array.from({ length: count + 1 }, (_, i) => i / count)

function outline(fan: Fan): string {
  const rays = steps(8).slice(0, -1)
  const leading = rays.map((r) => pointAt(fan, r, 0))
  const trailing = rays.toReversed().map((r) => pointAt(fan, r, 1))
  return `${line([...leading, ...steps(56).map((t) => pointAt(fan, 1, t)), ...trailing])}Z`
}

/** What lies between two distances from the root, on the rays up to `last`. */
function area(fan: Fan, inner: (t: number) => number, outer: (t: number) => number, count: number, last = 1): string {
  const rays = steps(count).map((t) => t * last)
  return `${line([...rays.map((t) => pointAt(fan, outer(t), t)), ...rays.toReversed().map((t) => pointAt(fan, inner(t), t))])}Z`
}

function tipPatch(fan: Fan, tip: number): string {
  const last = 0.45
  return area(fan, (t) => 1 - tip * Math.cos((t / last) * (Math.PI / 2)), () => 1, 16, last) // prettier-ignore
}

function veinLines(fan: Fan, veins: number, colour: string): string {
  const lines = Array.from({ length: veinCount - 1 }, (_, i) =>
    line(steps(6).map((r) => pointAt(fan, 0.12 + 0.88 * r, (i + 1) / veinCount))),
  )
  const opacity = Math.min(1, 0.25 + veins).toFixed(2)
  return `<path d="${lines.join('')}" fill="none" stroke="${colour}" stroke-width="${(0.4 + 1.6 * veins).toFixed(2)}" stroke-opacity="${opacity}"/>`
}

function edgeDots(fan: Fan, count: number, border: number, colour: string): string[] {
  return Array.from({ length: count }, (_, i) => circle(pointAt(fan, 1 - border * 0.55, (i + 0.5) / count), fan.length * 0.026, colour))
}

function eyeSpot([x, y]: Point, radius: number, { light, dark }: Colours): string {
  const glint = radius * 0.2
  return circle([x, y], radius, light) + circle([x, y], radius * 0.72, dark) + circle([x - glint, y - glint], radius * 0.24, '#fff')
}

function circle([x, y]: Point, radius: number, fill: string): string {
  return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius.toFixed(1)}" fill="${fill}"/>`
}
