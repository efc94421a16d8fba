// Line charts on a canvas by uPlot: coloured by the tokens, as wide as their place, drawn at most once a frame.
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { align, nearestValue } from './chart-data.ts'
import type { ChartSeries } from './chart-data.ts'

export interface ChartOptions {
  readonly height: number
  /** Of both ends of the y axis; an end that is null follows the values. */
  readonly yRange: readonly [number | null, number | null] | null
  readonly formatX: (x: number) => string
  /** x counts something: no fractions on its axis. */
  readonly isWhole: boolean
  readonly formatY: (y: number) => string
  /** What is nearest to the pointer: x and a value a series; null when it has left. */
  readonly onPointer: (at: { x: number; values: (number | null)[] } | null) => void
}

/** Distances of the x axis's marks. */
const wholeSteps = Array.from({ length: 9 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat()

/** All charts of a page show the same x under the pointer. */
const together = 'self-tuning'

export class Chart {
  readonly #target: HTMLElement
  #options: ChartOptions
  #series: readonly ChartSeries[] = []
  #hidden: ReadonlySet<string> = new Set()
  #plot: uPlot | null = null
  #frame = 0
  /** The chart as a whole is made anew, not only its values. */
  #isNew = true
  readonly #size: ResizeObserver
  readonly #theme: MutationObserver

  constructor(target: HTMLElement, options: ChartOptions) {
    this.#target = target
    this.#options = options
    this.#size = new ResizeObserver(() => this.#fit())
    this.#size.observe(target)
    // Colours are read from the page when a chart is made.
    this.#theme = new MutationObserver(() => this.#soon(true))
    this.#theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'data-density'] })
  }

  /** Shows these from the next frame on. @param hidden labels of series that are put away */
  update(series: readonly ChartSeries[], hidden: ReadonlySet<string>): void {
    const isSame = lookOf(series, hidden) === lookOf(this.#series, this.#hidden)
    this.#series = series
    this.#hidden = hidden
    this.#soon(!isSame)
  }

  configure(options: ChartOptions): void {
    this.#options = options
    this.#soon(true)
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame)
    this.#size.disconnect()
    this.#theme.disconnect()
    this.#plot?.destroy()
    this.#plot = null
  }

  #soon(isNew: boolean): void {
    this.#isNew ||= isNew
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0
      this.#draw()
    })
  }

  #draw(): void {
    const data = align(this.#series) as uPlot.AlignedData
    if (this.#plot && !this.#isNew) return this.#plot.setData(data)
    this.#plot?.destroy()
    this.#plot = new uPlot(this.#optionsOf(), data, this.#target)
    this.#isNew = false
  }

  #fit(): void {
    const width = this.#target.clientWidth
    if (this.#plot && width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: this.#options.height })
  }

  #optionsOf(): uPlot.Options {
    const { height, yRange, formatX, formatY, isWhole } = this.#options
    const style = getComputedStyle(this.#target)
    const [text, line, font] = [style.getPropertyValue('--text-quiet'), style.getPropertyValue('--line'), style.fontFamily]
    const small = `${style.getPropertyValue('--size-small').trim() || '12px'} ${font}`
    const axis = (format: (value: number) => string): uPlot.Axis => ({
      stroke: text,
      font: small,
      grid: { stroke: line, width: 1 },
      ticks: { show: false },
      values: (_, splits) => splits.map(format),
    })
    return {
      width: Math.max(1, this.#target.clientWidth),
      height,
      padding: [6, 16, 0, 0],
      legend: { show: false },
      cursor: {
        x: true,
        y: false,
        drag: { x: false, y: false },
        points: { size: 7 },
        sync: { key: together, setSeries: false, scales: ['x', null] },
        dataIdx: (plot, index, hovered) => nearestAt(plot, index, hovered),
      },
      scales: {
        x: { time: false, range: (_, low, high) => spanOf(low, high) },
        y: { range: (_, low, high) => rangeOf(low, high, yRange) },
      },
      axes: [
        { ...axis(formatX), size: 20, gap: 2, space: 48, ...(isWhole && { incrs: wholeSteps }) },
        { ...axis(formatY), size: (_, values) => widthOf(values), gap: 4, space: 34 },
      ],
      series: [{}, ...this.#series.map((one, i) => lineOf(one, i, style, this.#hidden.has(one.label)))],
      hooks: { setCursor: [(plot) => this.#tell(plot)] },
    }
  }

  #tell(plot: uPlot): void {
    const { idx, idxs } = plot.cursor
    const x = idx === null || idx === undefined ? undefined : plot.data[0][idx]
    if (x === undefined) return this.#options.onPointer(null)
    const values = this.#series.map((_, i) => {
      const at = idxs?.[i + 1]
      return at === null || at === undefined ? null : (plot.data[i + 1]?.[at] ?? null)
    })
    this.#options.onPointer({ x, values })
  }
}

function lineOf(
  { label, colour, dashed, points }: ChartSeries,
  index: number,
  style: CSSStyleDeclaration,
  isHidden: boolean,
): uPlot.Series {
  const stroke = colourOf(colour ?? `var(--series-${(index % 6) + 1})`, style)
  return {
    label,
    stroke,
    width: 1.5,
    show: !isHidden,
    ...(dashed && { dash: [5, 4] }),
    points: { show: points ?? false, size: 6, stroke, fill: stroke },
  }
}

/** A canvas knows no variables. */
function colourOf(colour: string, style: CSSStyleDeclaration): string {
  const name = /^var\((--[\w-]+)\)$/.exec(colour)?.[1]
  return name === undefined ? colour : style.getPropertyValue(name).trim()
}

/** Pixels for the marks of the y axis; there are none at first. */
function widthOf(marks: readonly string[] | null): number {
  return 14 + 7 * Math.max(3, ...(marks ?? []).map(({ length }) => length))
}

function nearestAt(plot: uPlot, index: number, hovered: number): number {
  const values = index === 0 ? undefined : plot.data[index]
  return (values && nearestValue(values, hovered)) ?? hovered
}

/** There is something to see before there are values, and with one of them. */
function spanOf(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1]
  return low === high ? [low - 1, high + 1] : [low, high]
}

function rangeOf(low: number | null, high: number | null, fixed: ChartOptions['yRange']): [number, number] {
  const [bottom, top] = low === null || high === null ? [0, 1] : uPlot.rangeNum(low, high, 0.1, true)
  return [fixed?.[0] ?? bottom ?? 0, fixed?.[1] ?? top ?? 1]
}

/** Changes where more than the values has changed. */
function lookOf(series: readonly ChartSeries[], hidden: ReadonlySet<string>): string {
  return JSON.stringify(series.map(({ label, colour, dashed, points }) => [label, colour, dashed, points, hidden.has(label)]))
}
