// Fast algorithms for convolution along one axis: y = A ((B x) * (G w)), element by element between.
// Winograd's F(m, r) by the Toom-Cook construction (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016), and small ones for
// stride 2 and for maps of two elements. Along two axes the three matrices apply axis by axis.

export type Matrix = readonly (readonly number[])[]

/** One tile: `outputs` results from `inputs` consecutive elements. B [P, inputs], G [P, taps], A [outputs, P]. */
interface Tile {
  readonly A: Matrix
  readonly B: Matrix
  readonly G: Matrix
}

/** An algorithm for a whole axis of `extent` elements: B [P T, extent], G [P, taps], A [out, P T]; rows of B are ordered (product, tile). */
export interface Bilinear {
  /** Multiplications a tile. */
  readonly P: number
  /** Tiles. */
  readonly T: number
  readonly A: Matrix
  readonly B: Matrix
  readonly G: Matrix
}

export interface AxisWindow {
  readonly extent: number
  readonly out: number
  readonly kernel: number
  readonly stride: number
  /** Padding before the first element. */
  readonly begin: number
}

/** A fast algorithm for an axis; null where we have none.
 * @param outputs of one tile of a 3-tap filter with stride 1: 4 takes fewest multiplications, 2 the smaller transformed filter */
export function bilinear(axis: AxisWindow, outputs: 2 | 4 = 4): Bilinear | null {
  const { extent, out, kernel, stride, begin } = axis
  if (kernel === 1) return tiled(axis, direct(1))
  if (kernel !== 3 || stride > 2) return null
  if (out === 1) return tiled(axis, direct(3))
  if (stride === 2) return tiled(axis, strided)
  if (out === 2 && extent === 2 && begin === 1) return tiled(axis, pair)
  return tiled(axis, out === 2 || outputs === 2 ? winograd(2, [0, 1, -1]) : winograd(4, [0, 1, -1, 2, -0.5]))
}

/** The products themselves. */
function direct(taps: number): Tile {
  const unit = Array.from({ length: taps }, (_, i) => Array.from({ length: taps }, (_, j) => (i === j ? 1 : 0)))
  return { A: [unit.map(() => 1)], B: unit, G: unit }
}

/** Two outputs from two elements between zeros: 3 products instead of 4. */
const pair: Tile = {
  B: [[0, 1, 1, 0], [0, 0, 1, 0], [0, 1, 0, 0]], // prettier-ignore
  G: [[0, 1, 0], [0, -1, 1], [1, -1, 0]], // prettier-ignore
  A: [[1, 1, 0], [1, 0, 1]], // prettier-ignore
}

/** Two outputs of stride 2: 5 products instead of 6. The middle tap sees the elements between, the outer taps are a filter of two on the others. */
const strided: Tile = {
  B: [[0, 1, 0, 0, 0], [0, 0, 0, 1, 0], [1, 0, -1, 0, 0], [0, 0, 1, 0, 0], [0, 0, -1, 0, 1]], // prettier-ignore
  G: [[0, 1, 0], [0, 1, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1]], // prettier-ignore
  A: [[1, 0, 1, 1, 0], [0, 1, 0, 1, 1]], // prettier-ignore
}

/** F(m, 3) with the given points and infinity: m outputs from m + 2 elements by m + 2 products.
 * Points 0, 1, -1, 2, -1/2 for m = 4: rounding errors 5 times the plain sum's in float32 (with 2, -2: 10 times). */
function winograd(m: number, points: readonly number[]): Tile {
  const taps = 3
  const B: number[][] = []
  const G: number[][] = []
  for (const [j, a] of points.entries()) {
    const others = points.filter((_, l) => l !== j)
    const scale = others.reduce((product, b) => product * (a - b), 1)
    B.push([...polynomial(others), 0])
    G.push(Array.from({ length: taps }, (_, k) => a ** k / scale))
  }
  B.push(polynomial(points))
  G.push([0, 0, 1])
  const A = Array.from({ length: m }, (_, i) => [...points.map((a) => a ** i), i === m - 1 ? 1 : 0])
  return { A, B, G }
}

/** Coefficients of the product of (x - a), lowest first. */
function polynomial(roots: readonly number[]): number[] {
  return roots.reduce<number[]>((p, a) => [0, ...p].map((c, i) => c - a * (p[i] ?? 0)), [1])
}

/** The tile's algorithm along the whole axis; elements outside are zero, outputs beyond the last are left out. */
function tiled({ extent, out, stride, begin }: AxisWindow, { A, B, G }: Tile): Bilinear {
  const P = B.length
  const m = A.length
  const T = Math.ceil(out / m)
  const wide = Array.from({ length: P * T }, () => new Array<number>(extent).fill(0))
  const back = Array.from({ length: out }, () => new Array<number>(P * T).fill(0))
  for (let p = 0; p < P; p++) {
    for (let t = 0; t < T; t++) {
      B[p]?.forEach((weight, u) => {
        const at = t * m * stride - begin + u
        const row = wide[p * T + t]
        if (row && at >= 0 && at < extent) row[at] = weight
      })
      A.forEach((row, i) => {
        const target = back[t * m + i]
        if (target) target[p * T + t] = row[p] ?? 0
      })
    }
  }
  return { P, T, A: back, B: wide, G }
}

export function transposed(matrix: Matrix): number[][] {
  return (matrix[0] ?? []).map((_, j) => matrix.map((row) => row[j] ?? 0))
}

/** Kronecker product. */
export function kronecker(a: Matrix, b: Matrix): number[][] {
  return a.flatMap((x) => b.map((y) => x.flatMap((p) => y.map((q) => p * q))))
}
