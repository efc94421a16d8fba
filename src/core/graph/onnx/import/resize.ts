// Importers of Resize and its predecessor Upsample.
import * as g from '../../build.ts'
import type { Shape } from '../../../tensor/tensor.ts'
import type { Value } from '../../value.ts'
import { OnnxError } from '../errors.ts'
import { row } from './reader.ts'
import type { NodeReader } from './reader.ts'

const coordinates = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_crop_and_resize',
] as const
const policies = ['stretch', 'not_larger', 'not_smaller'] as const
const nearest = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] as const

/** Output extents: floor(extent * scale) in single precision, as the scales are stored. */
function scaled(shape: Shape, scales: readonly number[]): number[] {
  return shape.map((extent, axis) => Math.floor(Math.fround(extent * Math.fround(scales[axis] ?? 1))))
}

/** Before opset 11: scales alone, pixel corners at the origin. */
function byScales(n: NodeReader, scales: readonly number[]): Value {
  const x = n.input(0)
  const mode = n.choice('mode', ['nearest', 'linear'], 'nearest')
  const sizes = scaled(x.shape, scales)
  const nearest_mode = scales.some((scale) => scale < 1) ? 'ceil' : 'floor'
  return g.resize(x, sizes, { scales, mode, coordinate_transformation_mode: 'asymmetric', nearest_mode })
}

function scalesOf(n: NodeReader): readonly number[] {
  const scales = n.either('scales', 1)
  if (!scales) throw new OnnxError('expected scales, found none')
  return scales
}

/** Laid on the given axes of `rank`, `fill` on the others. Empty lists count as left out. */
function onAxes(values: readonly number[] | undefined, axes: readonly number[], fill: readonly number[]): number[] | undefined {
  if (!values || values.length === 0) return undefined
  const full = [...fill]
  axes.forEach((axis, i) => (full[axis] = values[i] ?? 0))
  return full
}

/** One scale for all resized axes, so that none exceeds (or falls short of) the wanted sizes. */
function commonScale(x: Value, wanted: readonly number[], axes: readonly number[], policy: 'not_larger' | 'not_smaller'): number[] {
  const each = axes.map((axis) => (wanted[axis] ?? 1) / (x.shape[axis] ?? 1))
  const scale = policy === 'not_larger' ? Math.min(...each) : Math.max(...each)
  return x.shape.map((_, axis) => (axes.includes(axis) ? scale : 1))
}

function resize(n: NodeReader): Value {
  if (n.opset < 11) return byScales(n, scalesOf(n))
  const x = n.input(0)
  const rank = x.shape.length
  const axes = (n.numbers('axes') ?? x.shape.map((_, axis) => axis)).map((axis) => (axis < 0 ? axis + rank : axis))
  const ones = x.shape.map(() => 1)
  const policy = n.choice('keep_aspect_ratio_policy', policies, 'stretch')
  const wanted = onAxes(n.constant(3), axes, x.shape)
  const scales = onAxes(n.constant(2), axes, ones) ?? (wanted && policy !== 'stretch' ? commonScale(x, wanted, axes, policy) : undefined)
  const rounded = (): number[] | undefined => scales?.map((scale, axis) => Math.floor((x.shape[axis] ?? 1) * scale + 0.5))
  const sizes =
    policy === 'stretch' ? (wanted ?? (scales && scaled(x.shape, scales))) : wanted ? rounded() : scales && scaled(x.shape, scales)
  if (!sizes) throw new OnnxError('expected scales or sizes, found neither')
  const mode = n.choice('coordinate_transformation_mode', coordinates, 'half_pixel')
  const roi = mode === 'tf_crop_and_resize' ? n.constant(1) : undefined
  const region = roi && [
    ...(onAxes(roi.slice(0, axes.length), axes, x.shape.map(() => 0)) ?? []), // prettier-ignore
    ...(onAxes(roi.slice(axes.length), axes, ones) ?? []),
  ]
  return g.resize(x, sizes, {
    mode: n.choice('mode', ['nearest', 'linear', 'cubic'], 'nearest'),
    coordinate_transformation_mode: mode,
    nearest_mode: n.choice('nearest_mode', nearest, 'round_prefer_floor'),
    cubic_coeff_a: n.number('cubic_coeff_a', -0.75),
    exclude_outside: n.flag('exclude_outside', 0),
    antialias: n.flag('antialias', 0),
    extrapolation_value: n.number('extrapolation_value', 0),
    ...(scales && { scales }),
    ...(region && { roi: region }),
  })
}

export const resizing = {
  Resize: row(
    resize,
    'mode',
    'coordinate_transformation_mode',
    'nearest_mode',
    'cubic_coeff_a',
    'exclude_outside',
    'antialias',
    'extrapolation_value',
    'axes',
    'keep_aspect_ratio_policy',
    'scales',
  ),
  Upsample: row((n) => byScales(n, scalesOf(n)), 'mode', 'scales'),
}
