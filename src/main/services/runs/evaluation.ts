// What a list of judged images amounts to: confusion, precision, recall, F1, and how far confidence can be trusted.

export interface Judgement {
  /** Indices of classes. */
  readonly truth: number
  readonly predicted: number
  /** Of the predicted class, 0..1. */
  readonly probability: number
}

export interface Evaluation {
  readonly images: number
  /** Null where there are no images. */
  readonly accuracy: number | null
  /** Null where nothing was predicted as the class (precision), or nothing is of it (recall), or one of both (F1). */
  readonly classes: readonly {
    readonly images: number
    readonly precision: number | null
    readonly recall: number | null
    readonly f1: number | null
  }[]
  /** Rows = truth, columns = prediction. */
  readonly confusion: number[][]
  /** Bins of confidence, equally wide from 0 to 1. */
  readonly reliability: { readonly images: number; readonly confidence: number; readonly accuracy: number }[]
  readonly expectedCalibrationError: number | null
}

const bins = 10

/** @param classes how many there are
 *  Calibration error after Naeini et al., 2015: the mean distance of confidence and accuracy, each bin weighted by its images. */
export function evaluate(judged: readonly Judgement[], classes: number): Evaluation {
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  const sums = Array.from({ length: bins }, () => ({ images: 0, confidence: 0, right: 0 }))
  let right = 0
  for (const { truth, predicted, probability } of judged) {
    const row = confusion[truth]
    if (row) row[predicted] = (row[predicted] ?? 0) + 1
    const isRight = truth === predicted
    if (isRight) right++
    // Upper limits belong to their bin, as in the paper: (0.9, 1].
    const sum = sums[Math.max(0, Math.ceil(probability * bins) - 1)]
    if (!sum) continue
    sum.images++
    sum.confidence += probability
    if (isRight) sum.right++
  }
  const reliability = sums.map(({ images, confidence, right: correct }) => ({
    images,
    confidence: images === 0 ? 0 : Math.min(1, confidence / images),
    accuracy: images === 0 ? 0 : correct / images,
  }))
  const error = reliability.reduce((sum, bin) => sum + bin.images * Math.abs(bin.confidence - bin.accuracy), 0)
  return {
    images: judged.length,
    accuracy: share(right, judged.length),
    classes: confusion.map((row, label) => scores(confusion, row, label)),
    confusion,
    reliability,
    expectedCalibrationError: share(error, judged.length),
  }
}

function scores(confusion: readonly (readonly number[])[], row: readonly number[], label: number): Evaluation['classes'][number] {
  const right = row[label] ?? 0
  const images = row.reduce((a, b) => a + b, 0)
  const predicted = confusion.reduce((sum, other) => sum + (other[label] ?? 0), 0)
  const [precision, recall] = [share(right, predicted), share(right, images)]
  const f1 = precision === null || recall === null ? null : (2 * right) / (predicted + images)
  return { images, precision, recall, f1 }
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole
}
