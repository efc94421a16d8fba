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

export function chartsOf(curves: RunCurves, names: LineNames): RunCharts {
  const line = (label: string, series: GrowingSeries, look: Look = {}): ChartSeries => ({ label, ...series.view(), ...look })
  const terms = [...curves.losses].map(([name, series], i) => line(names.loss(name), series, { colour: `var(--series-${(i % 5) + 2})` }))
  return {
    // One term alone is the loss itself.
    losses: [line(names.total, curves.loss, { colour: 'var(--series-1)' }), ...(terms.length > 1 ? terms : [])],
    validation: [
      line(names.accuracy, curves.validation, { colour: 'var(--series-1)', points: true }),
      line(names.kept, curves.kept, { colour: 'var(--good)', points: true }),
    ],
    pseudoLabels: [
      line(names.confidence, curves.confidence, { colour: 'var(--series-1)' }),
      ...(curves.audit.length > 0 ? [line(names.audit, curves.audit, { colour: 'var(--series-3)' })] : []),
      line(names.changed, curves.changedShare, { colour: 'var(--series-2)', dashed: true }),
    ],
    rates: [line(names.rate, curves.learningRate, { colour: 'var(--series-6)' })],
  }
}
