// Which lines the charts of a run show.
import type { RunCurves } from '../../stores/run-curves.ts'
import type { ChartSeries } from '../../widgets/chart-data.ts'
import type { GrowingSeries } from '../../widgets/chart-growing.ts'

export interface LineNames {
  readonly total: string
  readonly loss: (name: string) => string
  readonly accuracy: string
  readonly kept: string
  readonly confidence: string
  readonly audit: string
  readonly changed: string
  readonly rate: string
}

export interface RunCharts {
  readonly losses: readonly ChartSeries[]
  readonly validation: readonly ChartSeries[]
  readonly pseudoLabels: readonly ChartSeries[]
  readonly rates: readonly ChartSeries[]
}

type Look = Pick<ChartSeries, 'colour' | 'dashed' | 'points'>

/** Values of one batch say little: so many are taken together. */
const meanOver = 20

export function chartsOf(curves: RunCurves, names: LineNames): RunCharts {
  const line = (label: string, series: GrowingSeries, look: Look = {}): ChartSeries => ({ label, ...series.view(), ...look })
  const mean = (label: string, series: GrowingSeries, look: Look): ChartSeries => {
    const { x, y } = series.view()
    return { label, x, y: runningMean(y, meanOver), ...look }
  }
  const terms = [...curves.losses].map(([name, series], i) => line(names.loss(name), series, { colour: `var(--series-${(i % 5) + 2})` }))
  return {
    // One term alone is the loss itself.
    losses: [line(names.total, curves.loss, { colour: 'var(--series-1)' }), ...(terms.length > 1 ? terms : [])],
    validation: [
      line(names.accuracy, curves.validation, { colour: 'var(--series-1)', points: true }),
      { label: names.kept, ...lastOf(curves.kept.view()), colour: 'var(--good)', points: true },
    ],
    pseudoLabels: [
      mean(names.confidence, curves.confidence, { colour: 'var(--series-1)' }),
      ...(curves.audit.length > 0 ? [mean(names.audit, curves.audit, { colour: 'var(--series-3)' })] : []),
      line(names.changed, curves.changedShare, { colour: 'var(--series-2)', dashed: true }),
    ],
    rates: [line(names.rate, curves.learningRate, { colour: 'var(--series-6)' })],
  }
}

/** Of the weights that were kept once, only the latest would be taken away. */
function lastOf({ x, y }: { x: Float64Array; y: Float64Array }): Pick<ChartSeries, 'x' | 'y'> {
  return { x: x.slice(-1), y: y.slice(-1) }
}

/** The mean of each value and those before it, `width` at most; what is no number is left out. */
export function runningMean(y: Float64Array, width: number): Float64Array {
  const means = new Float64Array(y.length)
  let [sum, count] = [0, 0]
  for (let i = 0; i < y.length; i++) {
    const [value, leaving] = [y[i] ?? NaN, y[i - width] ?? NaN]
    if (!Number.isNaN(value)) [sum, count] = [sum + value, count + 1]
    if (!Number.isNaN(leaving)) [sum, count] = [sum - leaving, count - 1]
    means[i] = count === 0 || Number.isNaN(value) ? NaN : sum / count
  }
  return means
}
