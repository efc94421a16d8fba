// Resize and its gradient, one axis after the other.
import type { OpType } from '../../graph/ops/index.ts'
import type { ResizeAttributes } from '../../graph/ops/resize.ts'
import { isIdentityAxis, resizeTaps } from '../../graph/ops/resize-weights.ts'
import type { ResizeTap } from '../../graph/ops/resize-weights.ts'
import { sizeOf } from '../../tensor/tensor.ts'
import type { Shape } from '../../tensor/tensor.ts'
import { numbers, store } from '../kernel.ts'
import type { Kernel } from '../kernel.ts'
import { around } from '../strided.ts'

interface AxisStep {
  readonly axis: number
  /** Shapes before and after this axis is resized. */
  readonly from: Shape
  readonly to: Shape
  readonly taps: readonly (ResizeTap | null)[]
}

function axisSteps(input: Shape, attributes: ResizeAttributes): AxisStep[] {
  let from = input
  return input.flatMap((extent, axis) => {
    if (isIdentityAxis(attributes, axis, extent)) return []
    const to = from.with(axis, attributes.sizes[axis] ?? 0)
    const step = { axis, from, to, taps: resizeTaps(attributes, axis, extent) }
    from = to
    return [step]
  })
}

/** Calls `visit` with (output position, input position, weight) for every tap; the input position is -1 outside the region. */
function eachTap({ axis, from, to, taps }: AxisStep, visit: (out: number, position: number, weight: number) => void): void {
  const { outer, extent, inner } = around(from, axis)
  const resized = to[axis] ?? 0
  for (let o = 0; o < outer; o++) {
    taps.forEach((tap, y) => {
      for (let j = 0; j < inner; j++) {
        const out = (o * resized + y) * inner + j
        if (tap) tap.positions.forEach((x, i) => visit(out, (o * extent + x) * inner + j, tap.weights[i]!))
        else visit(out, -1, 1)
      }
    })
  }
}

const resized: Kernel<'Resize'> = ({ type, attributes }, x) => {
  let values = Float64Array.from(numbers(x))
  for (const step of axisSteps(x.shape, attributes)) {
    const out = new Float64Array(sizeOf(step.to))
    eachTap(step, (at, position, weight) => (out[at]! += weight * (position < 0 ? attributes.extrapolation_value : values[position]!)))
    values = out
  }
  return [store(type, values)]
}

const resizeGradient: Kernel<'ResizeGradient'> = ({ type, attributes }, dy) => {
  let values = Float64Array.from(numbers(dy))
  for (const step of axisSteps(type.shape, attributes).reverse()) {
    const dx = new Float64Array(sizeOf(step.from))
    eachTap(step, (at, position, weight) => {
      if (position >= 0) dx[position]! += weight * values[at]!
    })
    values = dx
  }
  return [store(type, values)]
}

export const resize = { Resize: resized, ResizeGradient: resizeGradient } satisfies { [Op in OpType]?: Kernel<Op> }
