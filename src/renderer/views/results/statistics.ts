// How far two numbers may differ by chance alone.

/** Of a standard normal variable, 95 % lie within. */
const z = 1.959964

/** Score interval (Wilson 1927) of a share of independent images: 95 % of such intervals hold the true share, also with few images and near 0 and 1.
 * @param share 0..1 @param images at least 1 @returns its ends, 0..1 */
export function wilsonInterval(share: number, images: number): readonly [low: number, high: number] {
  const pull = (z * z) / images
  const centre = (share + pull / 2) / (1 + pull)
  const half = (z / (1 + pull)) * Math.sqrt((share * (1 - share)) / images + pull / (4 * images))
  return [Math.max(0, centre - half), Math.min(1, centre + half)]
}

/** Exact McNemar test (McNemar 1947; exact form: Edwards 1948): of the images that only one of two models gets right, each is as likely to be
 * either's where the models are equally good.
 * @returns the probability of a difference at least this large by chance, 0..1 */
export function mcNemar(onlyFirst: number, onlySecond: number): number {
  const n = onlyFirst + onlySecond
  // log C(n, k) - n log 2, built up term by term: no overflow for any n.
  let term = -n * Math.LN2
  let tail = 0
  for (let k = 0; k <= Math.min(onlyFirst, onlySecond); k++) {
    tail += Math.exp(term)
    term += Math.log(n - k) - Math.log(k + 1)
  }
  return Math.min(1, 2 * tail)
}

export interface JudgedOnce {
  readonly image: number | null
  readonly path: string
  readonly truth: number
  readonly predicted: number
}

export interface Paired {
  /** Images that both have judged, with the same label. */
  readonly images: number
  readonly bothRight: number
  readonly onlyFirst: number
  readonly onlySecond: number
}

/** The images that two runs have in common. An image whose label was another at the time of the other run is left out. */
export function pair(first: readonly JudgedOnce[], second: readonly JudgedOnce[]): Paired {
  const key = ({ image, path }: JudgedOnce): string => (image === null ? path : String(image))
  const others = new Map(second.map((one) => [key(one), one]))
  const paired = { images: 0, bothRight: 0, onlyFirst: 0, onlySecond: 0 }
  for (const one of first) {
    const other = others.get(key(one))
    if (other?.truth !== one.truth) continue
    paired.images++
    const [a, b] = [one.predicted === one.truth, other.predicted === one.truth]
    if (a && b) paired.bothRight++
    else if (a) paired.onlyFirst++
    else if (b) paired.onlySecond++
  }
  return paired
}
