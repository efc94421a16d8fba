// Eigenvalues of small symmetric matrices in float64, by Jacobi's rotations: what BSS is compared with.

export interface Eigen {
  readonly value: number
  /** Of unit length. */
  readonly vector: readonly number[]
}

/** Smallest first. */
export function eigen(symmetric: readonly (readonly number[])[]): Eigen[] {
  const n = symmetric.length
  const a = symmetric.map((row) => Float64Array.from(row))
  const v = symmetric.map((_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)))
  for (let sweep = 0; sweep < 30; sweep++)
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (a[p]![q] === 0) continue
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!)
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1))
        const c = 1 / Math.hypot(t, 1)
        for (const rows of [a, v]) for (const row of rows) [row[p], row[q]] = rotated(row[p]!, row[q]!, c, t * c)
        for (let k = 0; k < n; k++) [a[p]![k], a[q]![k]] = rotated(a[p]![k]!, a[q]![k]!, c, t * c)
      }
  const found = a.map((row, i) => ({ value: row[i]!, vector: v.map((components) => components[i]!) }))
  return found.sort((x, y) => x.value - y.value)
}

function rotated(x: number, y: number, c: number, s: number): [number, number] {
  return [c * x - s * y, s * x + c * y]
}
