// The sample species: invented butterflies that share their outline and their colours and differ in the marks on their wings.

/** A place on a wing: `r` 0 at its root, 1 at its edge; `t` 0 at the leading edge, 1 at the trailing edge. Lengths are shares of the wing's. */
export interface EyeSpot {
  readonly r: number
  readonly t: number
  /** Radius. */
  readonly size: number
}

/** A light stripe across the wing between two distances from the root; `wave` is how far it zigzags from vein to vein. */
export interface Band {
  readonly from: number
  readonly to: number
  readonly wave: number
}

export interface WingMarks {
  readonly eyes: readonly EyeSpot[]
  readonly bands: readonly Band[]
  /** Number of light dots along the edge. */
  readonly edgeDots: number
}

export interface Species {
  /** Folder and class name. */
  readonly name: string
  readonly fore: WingMarks
  readonly hind: WingMarks
  /** Width of the dark border. */
  readonly border: number
  /** Strength of the veins, 0 to 1. */
  readonly veins: number
  /** Depth of the scallops of the hind wing's edge. */
  readonly scallops: number
  /** Length of the hind wing's tail. */
  readonly tail: number
  /** How far the dark patch at the fore wing's tip reaches inwards. */
  readonly tip: number
}

const eye = (r: number, t: number, size: number): EyeSpot => ({ r, t, size })
const band = (from: number, to: number, wave = 0): Band => ({ from, to, wave })
const wing = (marks: Partial<WingMarks>): WingMarks => ({ eyes: [], bands: [], edgeDots: 0, ...marks })
const base = { fore: wing({}), hind: wing({}), border: 0.09, veins: 0.3, scallops: 0.03, tail: 0, tip: 0 }

export const sampleSpecies: readonly Species[] = [
  {
    ...base,
    name: 'banded-ringlet',
    fore: wing({ eyes: [eye(0.72, 0.26, 0.11)], bands: [band(0.34, 0.46)] }),
    hind: wing({ eyes: [eye(0.7, 0.3, 0.11), eye(0.7, 0.68, 0.11)], bands: [band(0.34, 0.46)] }),
  },
  {
    ...base,
    name: 'chequered-fritillary',
    fore: wing({ bands: [band(0.42, 0.5, 0.075), band(0.68, 0.76, 0.075)] }),
    hind: wing({ bands: [band(0.44, 0.52, 0.075), band(0.68, 0.76, 0.075)] }),
    veins: 0.5,
  },
  {
    ...base,
    name: 'common-ringlet',
    fore: wing({ eyes: [eye(0.68, 0.26, 0.12)] }),
    hind: wing({
      eyes: [eye(0.7, 0.14, 0.085), eye(0.72, 0.32, 0.085), eye(0.72, 0.5, 0.085), eye(0.72, 0.68, 0.085), eye(0.7, 0.86, 0.085)],
    }),
  },
  { ...base, name: 'dusk-admiral', fore: wing({ bands: [band(0.52, 0.66)] }), hind: wing({ bands: [band(0.46, 0.6)] }) },
  { ...base, name: 'lattice-monarch', fore: wing({ edgeDots: 8 }), hind: wing({ edgeDots: 8 }), border: 0.13, veins: 0.9, tip: 0.32 },
  {
    ...base,
    name: 'mourning-monarch',
    fore: wing({ edgeDots: 8 }),
    hind: wing({ eyes: [eye(0.6, 0.45, 0.17)], edgeDots: 8 }),
    border: 0.13,
    veins: 0.5,
    tip: 0.32,
  },
  {
    ...base,
    name: 'peacock-ringlet',
    fore: wing({ eyes: [eye(0.68, 0.26, 0.13)] }),
    hind: wing({ eyes: [eye(0.6, 0.45, 0.17)] }),
  },
  {
    ...base,
    name: 'twin-banded-admiral',
    fore: wing({ bands: [band(0.4, 0.48), band(0.66, 0.74)] }),
    hind: wing({ bands: [band(0.4, 0.5), band(0.66, 0.74)] }),
  },
]
