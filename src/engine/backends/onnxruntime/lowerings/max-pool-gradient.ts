// Gradient of MaxPool, axis by axis, by comparing the output with what each tap of the window saw. (With Indices, the forward pass is 20 times slower.)
import { float, onnxTypes } from '../../../../core/graph/onnx/builder.ts'
import type { Node } from '../../../../core/graph/value.ts'
import { sizeOf } from '../../../../core/tensor/tensor.ts'
import type { DType } from '../../../../core/tensor/tensor.ts'
import { blockOf, padded } from '../blocked.ts'
import type { Emitter } from '../emitter.ts'
import type { Layout } from '../layout.ts'
import { inputOf, outputOf } from '../lowering.ts'
import type { Lowering } from '../lowering.ts'

/** One axis of a pooling in a tensor seen as [outer, extent, inner]. */
interface AxisPool {
  readonly outer: number
  readonly inner: number
  readonly extent: number
  readonly out: number
  /** First input position of each tap's first window (negative: in the padding), one entry a tap. */
  readonly taps: readonly number[]
  readonly stride: number
}

/** The last axis is pooled first: the first of equal maxima in row order is the first row that has it, and in it the first column. */
export const maxPoolGradient: Lowering<'MaxPoolGradient'> = (node, emit) => {
  const [x, y, dy, dx] = [inputOf(node, 0), inputOf(node, 1), inputOf(node, 2), outputOf(node)]
  const layout = (['blocked', 'rows'] as const).find((held) => emit.holds(x, held)) ?? 'plain'
  const axes = axisPools(node, layout, emit)
  const steps: { axis: AxisPool; views: string[]; maximum: string }[] = []
  let pooled = emit.as(x, layout)
  for (const axis of axes.toReversed()) {
    const source = pooled
    const views = axis.taps.map((_, tap) => tapView(emit, source, axis, tap, x.dtype))
    pooled = axis === axes[0] ? emit.as(y, layout) : emit.node('Max', views)
    steps.push({ axis, views, maximum: pooled })
  }
  const gradient = steps.reduceRight(
    (dy, { axis, views, maximum }) => scattered(emit, axis, chosen(emit, axis, views, maximum, dy, x.dtype), x.dtype),
    emit.as(dy, layout),
  )
  emit.set(dx, emit.reshape(gradient, heldShape(node, layout, emit)), layout)
}

function axisPools(node: Node<'MaxPoolGradient'>, layout: Layout, emit: Emitter): AxisPool[] {
  const { kernel_shape, strides, pads, dilations } = node.attributes
  const [x, y] = [inputOf(node, 0), inputOf(node, 1)]
  const [n = 1, c = 1, ...spatial] = x.shape
  const outputs = y.shape.slice(2)
  // Elements before and behind the spatial axes in this layout.
  const [before, behind] =
    layout === 'plain' ? [n * c, 1] : layout === 'rows' ? [1, n * c] : [(n * padded(emit, c)) / blockOf(emit), blockOf(emit)]
  return spatial.map((extent, axis) => ({
    extent,
    out: outputs[axis] ?? 0,
    // The axes before are not pooled yet, those behind are.
    outer: before * sizeOf(spatial.slice(0, axis)),
    inner: behind * sizeOf(outputs.slice(axis + 1)),
    stride: strides[axis] ?? 1,
    taps: Array.from({ length: kernel_shape[axis] ?? 1 }, (_, k) => k * (dilations[axis] ?? 1) - (pads[axis] ?? 0)),
  }))
}

/** What a tap sees: [outer, out, inner], the lowest number in the padding. */
function tapView(emit: Emitter, x: string, { outer, inner, extent, out, taps, stride }: AxisPool, tap: number, dtype: DType): string {
  const from = taps[tap] ?? 0
  const first = Math.max(0, Math.ceil(-from / stride))
  const count = Math.max(0, Math.min(out, Math.floor((extent - 1 - from) / stride) + 1) - first)
  if (count === 0) return emit.filled(dtype, [outer, out, inner], -3e38)
  const start = from + first * stride
  const range = [[start], [start + (count - 1) * stride + 1], [1], [stride]].map((values) => emit.ints(values))
  const slice = emit.node('Slice', [emit.reshape(x, [outer, extent, inner]), ...range])
  if (count === out) return slice
  return emit.node('Pad', [slice, emit.ints([0, first, 0, 0, out - first - count, 0]), emit.scalar(dtype, -3e38)])
}

/** The part of dY that each tap gets: all of it where the tap is the first to have seen the maximum. */
function chosen(emit: Emitter, { outer, out, inner }: AxisPool, views: readonly string[], y: string, dy: string, dtype: DType): string[] {
  const maximum = emit.reshape(y, [outer, out, inner])
  let rest = emit.reshape(dy, [outer, out, inner])
  return views.map((view, tap) => {
    if (tap === views.length - 1) return rest
    const part = emit.node('Mul', [rest, equal(emit, maximum, view, dtype)])
    rest = emit.node('Sub', [rest, part])
    return part
  })
}

/** 1 where a >= b are equal, else 0: a falling step so steep that no normal difference lies on its slope. */
function equal(emit: Emitter, a: string, b: string, dtype: DType): string {
  if (dtype !== 'float32') return emit.node('Cast', [emit.node('Equal', [a, b])], { to: onnxTypes[dtype] })
  return emit.node('HardSigmoid', [emit.node('Sub', [a, b])], { alpha: float(-3e38), beta: float(1) })
}

/** Adds the parts at the places that their taps saw: positions of equal remainder by the stride are summed, then interleaved. */
function scattered(emit: Emitter, { outer, inner, extent, out, taps, stride }: AxisPool, parts: readonly string[], dtype: DType): string {
  const length = Math.ceil(extent / stride)
  const phases = Array.from({ length: stride }, (_, phase) => {
    const own = parts.flatMap((part, tap) => {
      const offset = (taps[tap] ?? 0) - phase
      if (offset % stride !== 0) return []
      const shift = offset / stride
      const pads = [0, shift, 0, 0, length - out - shift, 0]
      return [pads.every((pad) => pad === 0) ? part : emit.node('Pad', [part, emit.ints(pads)])]
    })
    return own.length === 0 ? emit.filled(dtype, [outer, length, inner], 0) : own.reduce((a, b) => emit.node('Add', [a, b]))
  })
  if (stride === 1) return phases[0] ?? ''
  const columns = phases.map((phase) => emit.reshape(phase, [outer * length, inner]))
  const wide = emit.node('Concat', columns, { axis: 1 })
  const all = emit.reshape(wide, [outer, length * stride, inner])
  return length * stride === extent ? all : emit.first(all, [extent], [1])
}

/** Shape under which a value of x's extents is held. */
function heldShape(node: Node<'MaxPoolGradient'>, layout: Layout, emit: Emitter): readonly number[] {
  const { shape } = inputOf(node, 0)
  const [n = 1, c = 1, ...spatial] = shape
  if (layout === 'plain') return shape
  return layout === 'rows' ? [sizeOf(spatial), n * c] : [n, padded(emit, c), ...spatial]
}
