// Numbers of ten judged images against scikit-learn's (1.9.1: confusion_matrix, precision_recall_fscore_support) and NumPy's for calibration.
import { expect, test } from 'vitest'
import { evaluate } from '../../../src/main/services/runs/evaluation.ts'

const truth = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2]
const predicted = [0, 0, 1, 1, 1, 1, 2, 2, 0, 1]
const probability = [0.95, 0.9, 0.55, 0.62, 0.71, 1, 0.45, 0.88, 0.33, 0.3]
const judged = truth.map((label, i) => ({ truth: label, predicted: predicted[i] ?? 0, probability: probability[i] ?? 0 }))

test('confusion, precision, recall, F1; a class that nothing belongs to and nothing is taken for has none', () => {
  const { images, accuracy, confusion, classes } = evaluate(judged, 4)
  expect({ images, accuracy, confusion }).toEqual({
    images: 10,
    accuracy: 0.5,
    confusion: [
      [2, 2, 0, 0],
      [0, 2, 1, 0],
      [1, 1, 1, 0],
      [0, 0, 0, 0],
    ],
  })
  const expected = [
    [4, 2 / 3, 0.5, 4 / 7],
    [3, 0.4, 2 / 3, 0.5],
    [3, 0.5, 1 / 3, 0.4],
  ]
  for (const [i, [count, precision, recall, f1]] of expected.entries()) {
    expect(classes[i]?.images).toBe(count)
    expect(classes[i]?.precision).toBeCloseTo(precision ?? NaN, 12)
    expect(classes[i]?.recall).toBeCloseTo(recall ?? NaN, 12)
    expect(classes[i]?.f1).toBeCloseTo(f1 ?? NaN, 12)
  }
  expect(classes[3]).toEqual({ images: 0, precision: null, recall: null, f1: null })
})

test('reliability in ten bins and the expected calibration error', () => {
  const { reliability, expectedCalibrationError } = evaluate(judged, 4)
  expect(reliability.map(({ images }) => images)).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 2, 2])
  expect(reliability[8]).toEqual({ images: 2, confidence: expect.closeTo(0.89, 12) as number, accuracy: 1 })
  expect(expectedCalibrationError).toBeCloseTo(0.281, 12)
})

test('no images: nothing to tell, and nothing that is not a number', () => {
  expect(evaluate([], 2)).toMatchObject({ images: 0, accuracy: null, expectedCalibrationError: null, confusion: [[0, 0], [0, 0]] }) // prettier-ignore
})
