// Operators that move elements without changing them.
import { broadcastShapes, sameShape, sizeOf } from '../../tensor/tensor.ts'
import type { Shape } from '../../tensor/tensor.ts'
import { any, axesOf, axisOf, describe, describeShape, exactly, expect, extentsOf, float, ofType, op, withShape } from './spec.ts'

/** `starts` lie in the input; an `end` that a negative step reaches beyond the first element is -(extent + 1), as ONNX reads it. */
export interface SliceAttributes {
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly axes: readonly number[]
  readonly steps: readonly number[]
}
export interface PadAttributes {
  /** All begins, then all ends; negative ones crop. */
  readonly pads: readonly number[]
  readonly mode: 'constant' | 'reflect' | 'edge' | 'wrap'
  /** Filling of mode `constant`. */
  readonly value: number
}

/** Number of elements that a slice takes from an axis of `extent` elements. */
export function sliceLength(extent: number, start: number, end: number, step: number): number {
  expect(Number.isInteger(step) && step !== 0, 'a step other than 0', String(step))
  const beyond = end < 0 ? end + extent : end
  expect(start >= 0 && start <= extent && beyond >= -1 && beyond <= extent, `a range within 0..${extent}`, `${start}..${end}`)
  return Math.max(0, Math.ceil((beyond - start) / step))
}

function sliced(shape: Shape, { starts, ends, axes, steps }: SliceAttributes): number[] {
  axesOf(axes, shape.length)
  const lengths = [starts.length, ends.length, steps.length]
  expect(lengths.every((n) => n === axes.length), `${axes.length} starts, ends and steps`, lengths.join(', ')) // prettier-ignore
  const out = [...shape]
  axes.forEach((axis, i) => (out[axis] = sliceLength(shape[axis] ?? 0, starts[i] ?? 0, ends[i] ?? 0, steps[i] ?? 1)))
  return out
}

export const movement = {
  /** ONNX Reshape, to an explicit shape (no 0 = copy, no -1). */
  Reshape: op<{ shape: Shape }>({
    inputs: ['data'],
    attributeInputs: { shape: 1 },
    infer: ([x], { shape }) => {
      const data = any(x)
      expect(sizeOf(extentsOf(shape)) === sizeOf(data.shape), `a shape of ${sizeOf(data.shape)} elements`, describeShape(shape))
      return [withShape(data, shape)]
    },
  }),
  /** ONNX Transpose: output axis i is input axis perm[i]. */
  Transpose: op<{ perm: readonly number[] }>({
    inputs: ['data'],
    infer: ([x], { perm }) => {
      const data = any(x)
      expect(
        axesOf(perm, data.shape.length).length === data.shape.length,
        `a permutation of ${data.shape.length} axes`,
        describeShape(perm),
      )
      return [withShape(data, perm.map((axis) => data.shape[axis] ?? 1))] // prettier-ignore
    },
  }),
  /** ONNX Flatten: a matrix of the axes before `axis` and those from it on. */
  Flatten: op<{ axis: number }>({
    inputs: ['input'],
    infer: ([x], { axis }) => {
      const input = any(x)
      axisOf(axis, input.shape.length + 1)
      return [withShape(input, [sizeOf(input.shape.slice(0, axis)), sizeOf(input.shape.slice(axis))])]
    },
  }),
  /** ONNX Squeeze: removes the axes, each of extent 1. */
  Squeeze: op<{ axes: readonly number[] }>({
    inputs: ['data'],
    attributeInputs: { axes: 1 },
    infer: ([x], { axes }) => {
      const data = any(x)
      const removed = axesOf(axes, data.shape.length)
      expect(removed.every((axis) => data.shape[axis] === 1), `extent 1 on axes ${describeShape(axes)}`, describe(data)) // prettier-ignore
      return [withShape(data, data.shape.filter((_, axis) => !axes.includes(axis)))] // prettier-ignore
    },
  }),
  /** ONNX Unsqueeze: inserts axes of extent 1 at these positions of the output. */
  Unsqueeze: op<{ axes: readonly number[] }>({
    inputs: ['data'],
    attributeInputs: { axes: 1 },
    infer: ([x], { axes }) => {
      const data = any(x)
      const rank = data.shape.length + axesOf(axes, data.shape.length + axes.length).length
      const kept = data.shape.values()
      return [withShape(data, Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (kept.next().value ?? 1))))] // prettier-ignore
    },
  }),
  /** ONNX Expand: broadcasts to `shape`, which is the full shape of the output. */
  Expand: op<{ shape: Shape }>({
    inputs: ['input'],
    attributeInputs: { shape: 1 },
    infer: ([x], { shape }) => {
      const input = any(x)
      expect(
        sameShape(broadcastShapes(input.shape, extentsOf(shape)), shape),
        `an input that broadcasts to ${describeShape(shape)}`,
        describe(input),
      )
      return [withShape(input, shape)]
    },
  }),
  /** ONNX Concat. */
  Concat: op<{ axis: number }>({
    inputs: ['inputs...'],
    infer: ([first, ...rest], { axis }) => {
      const head = any(first)
      axisOf(axis, head.shape.length)
      const shape = [...head.shape]
      for (const type of rest) {
        const { shape: next } = ofType(type, head.dtype)
        const fits = next.length === shape.length && next.every((extent, i) => i === axis || extent === shape[i])
        expect(fits, `an input like ${describe(head)} but for axis ${axis}`, describe(type))
        shape[axis] = (shape[axis] ?? 0) + (next[axis] ?? 0)
      }
      return [withShape(head, shape)]
    },
  }),
  /** ONNX Split: one output an entry of `split`, which are the extents along the axis. */
  Split: op<{ axis: number; split: readonly number[] }>({
    inputs: ['input'],
    attributeInputs: { split: 1 },
    infer: ([x], { axis, split }) => {
      const input = any(x)
      const extent = input.shape[axisOf(axis, input.shape.length)] ?? 0
      const total = extentsOf(split).reduce((a, b) => a + b, 0)
      expect(total === extent, `parts that add up to ${extent}`, describeShape(split))
      return split.map((part) => withShape(input, input.shape.with(axis, part)))
    },
  }),
  /** ONNX Slice. */
  Slice: op<SliceAttributes>({
    inputs: ['data'],
    attributeInputs: { starts: 1, ends: 2, axes: 3, steps: 4 },
    infer: ([x], attributes) => [withShape(any(x), sliced(any(x).shape, attributes))],
  }),
  /** Gradient of Slice: dY in its place, zeros elsewhere. */
  SliceGradient: op<SliceAttributes & { readonly input_shape: Shape }>({
    inputs: ['dY'],
    internal: true,
    infer: ([dy], attributes) => {
      const { dtype } = float(dy)
      exactly(dy, dtype, sliced(attributes.input_shape, attributes), 'dY')
      return [{ dtype, shape: attributes.input_shape }]
    },
  }),
  /** ONNX Pad over all axes. */
  Pad: op<PadAttributes>({
    inputs: ['data'],
    attributeInputs: { pads: 1, value: 2 },
    infer: ([x], { pads, mode }) => {
      const data = any(x)
      const rank = data.shape.length
      expect(pads.length === 2 * rank, `${2 * rank} pads`, describeShape(pads))
      const shape = data.shape.map((extent, axis) => {
        const [begin = 0, end = 0] = [pads[axis], pads[axis + rank]]
        if (mode === 'reflect')
          expect(Math.max(begin, end) < extent || (begin <= 0 && end <= 0), `reflecting pads below ${extent}`, describeShape(pads))
        else if (mode !== 'constant') expect(extent > 0 || (begin <= 0 && end <= 0), 'an axis that is not empty', describe(data))
        return extent + begin + end
      })
      expect(shape.every((extent) => extent >= 0), 'pads that leave something', describeShape(pads)) // prettier-ignore
      return [withShape(data, shape)]
    },
  }),
  /** ONNX Tile: repeats along each axis. */
  Tile: op<{ repeats: readonly number[] }>({
    inputs: ['input'],
    attributeInputs: { repeats: 1 },
    infer: ([x], { repeats }) => {
      const input = any(x)
      expect(extentsOf(repeats).length === input.shape.length, `${input.shape.length} repeats`, describeShape(repeats))
      return [withShape(input, input.shape.map((extent, axis) => extent * (repeats[axis] ?? 1)))] // prettier-ignore
    },
  }),
}
