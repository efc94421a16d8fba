// Linear map after which individuals of one species spread equally in all directions (the first half of Fisher's discriminant analysis).

export interface Whitening {
  /** [F, F], row-major: output i is the sum over j of weights[i * F + j] * input j, plus offsets[i]. */
  readonly weights: Float64Array
  readonly offsets: Float64Array
}

/** Share of the identity added to the covariance, of features scaled to deviation 1: keeps directions that hardly vary from being blown up. */
const ridge = 0.05

/** Fits the map to features [N, F] of individuals whose species are known.
 * @param labels species of each row */
export function fitWhitening(features: readonly ArrayLike<number>[], labels: readonly number[]): Whitening {
  const width = features[0]?.length ?? 0
  const columns = Array.from({ length: width }, (_, j) => features.map((row) => row[j] ?? 0))
  const means = columns.map(mean)
  const deviations = columns.map((column, j) => Math.sqrt(mean(column.map((value) => (value - (means[j] ?? 0)) ** 2))) + 1e-9)
  const scaled = columns.map((column, j) => column.map((value) => (value - (means[j] ?? 0)) / (deviations[j] ?? 1)))
  const within = scaled.map((column) => aroundSpecies(column, labels))
  const covariance = within.map((a, i) => within.slice(0, i + 1).map((b, j) => dot(a, b) / features.length + (i === j ? ridge : 0)))
  const inverse = invertLower(cholesky(covariance))
  const weights = new Float64Array(width * width)
  const offsets = new Float64Array(width)
  inverse.forEach((row, i) =>
    row.forEach((value, j) => {
      const weight = value / (deviations[j] ?? 1)
      weights[i * width + j] = weight
      offsets[i] = (offsets[i] ?? 0) - weight * (means[j] ?? 0)
    }),
  )
  return { weights, offsets }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
}

/** Each value less the mean of its species. */
function aroundSpecies(column: readonly number[], labels: readonly number[]): number[] {
  const groups = Map.groupBy(column.keys(), (i) => labels[i] ?? 0)
  const means = new Map([...groups].map(([label, rows]) => [label, mean(rows.map((i) => column[i] ?? 0))]))
  return column.map((value, i) => value - (means.get(labels[i] ?? 0) ?? 0))
}

/** Rows of the lower triangle L with L L^T = a, of the lower triangle of a positive definite matrix. */
function cholesky(a: readonly (readonly number[])[]): number[][] {
  const lower: number[][] = []
  for (const [i, row] of a.entries()) {
    const found: number[] = []
    for (let j = 0; j <= i; j++) {
      const other = j === i ? found : (lower[j] ?? [])
      const rest = (row[j] ?? 0) - dot(found.slice(0, j), other)
      found.push(j === i ? Math.sqrt(rest) : rest / (other[j] ?? 1))
    }
    lower.push(found)
  }
  return lower
}

/** Rows of the inverse of a lower triangle, by forward substitution. */
function invertLower(lower: readonly (readonly number[])[]): number[][] {
  const inverse: number[][] = []
  for (const [i, row] of lower.entries()) {
    const diagonal = row[i] ?? 1
    const found = Array.from(
      { length: i },
      (_, j) => -inverse.reduce((sum, above, k) => sum + (row[k] ?? 0) * (above[j] ?? 0), 0) / diagonal,
    )
    inverse.push([...found, 1 / diagonal])
  }
  return inverse
}
