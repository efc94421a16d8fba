// Classes of an image after the labelled images that are most like it.

/** A labelled image: cosine of the angle between its features and the image's (mean of all images taken off both), and its class. */
export interface Neighbour {
  readonly similarity: number
  readonly class: number
}

/** Wu et al. (CVPR 2018, "Unsupervised feature learning via non-parametric instance discrimination"): weights are exp(similarity / temperature). */
const temperature = 0.07
/** Likeness at which one neighbour is worth a confidence of one half: an image unlike all labelled ones belongs to no class yet. */
const halfway = 0.3

/** Classes by falling confidence. They sum to less than 1: the rest stands for "none of these". */
export function vote(neighbours: readonly Neighbour[]): { class: number; confidence: number }[] {
  const votes = new Map<number, number>()
  let all = Math.exp(halfway / temperature)
  for (const { similarity, class: label } of neighbours) {
    const weight = Math.exp(similarity / temperature)
    votes.set(label, (votes.get(label) ?? 0) + weight)
    all += weight
  }
  return [...votes].map(([label, weight]) => ({ class: label, confidence: weight / all })).sort((a, b) => b.confidence - a.confidence)
}
