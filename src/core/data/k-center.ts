// Which of many points to look at first: greedy k-center (Gonzalez 1985; for active learning: Sener and Savarese, ICLR 2018).

/** Points [n, width] in rows. */
export interface Points {
  readonly data: Float32Array
  readonly width: number
}

/**
 * Picks points one after another, each as far (Euclidean) as can be from all picked before: no two alike come early.
 * @param nearest squared distance of each point to the nearest one that counts as picked from the start, Infinity where there is none;
 *   brought up to date with what is picked
 * @param candidates numbers of the points to pick from; equal distances go by the order here
 * @param pause awaited between picks; may throw to end it
 * @returns at most `count` of the candidates
 */
export async function kCenter(
  { data, width }: Points,
  nearest: Float32Array,
  candidates: readonly number[],
  count: number,
  pause: () => Promise<void>,
): Promise<number[]> {
  const picked: number[] = []
  const open = Int32Array.from(candidates)
  let left = open.length
  while (picked.length < count && left > 0) {
    let best = 0
    for (let i = 1; i < left; i++) if (nearest[open[i]!]! > nearest[open[best]!]!) best = i
    const point = open[best]!
    picked.push(point)
    // The order of the others stays, for ties.
    open.copyWithin(best, best + 1, left--)
    const from = point * width
    for (let i = 0; i < left; i++) {
      const other = open[i]!
      const limit = nearest[other]!
      let distance = 0
      for (let j = 0; j < width && distance < limit; j++) {
        const difference = data[other * width + j]! - data[from + j]!
        distance += difference * difference
      }
      if (distance < limit) nearest[other] = distance
    }
    await pause()
  }
  return picked
}
