// Convolutions of any shape: the gradient operators are the adjoints of the convolution, and all engines agree.
import { assert, asyncProperty, constantFrom, integer, property, record, tuple } from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import * as g from '../../../src/core/graph/build.ts'
import type { ConvAttributes } from '../../../src/core/graph/ops/convolution.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { evaluate } from '../../../src/core/reference/evaluate.ts'
import { toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import { difference } from '../compare.ts'
import { engines, takesAll } from '../engines.ts'
import { Draw } from './case.ts'

interface Shapes {
  readonly x: number[]
  readonly w: number[]
  readonly attributes: ConvAttributes
}

const pair = (low: number, high: number): Arbitrary<[number, number]> =>
  tuple(integer({ min: low, max: high }), integer({ min: low, max: high }))

const convolutions: Arbitrary<Shapes> = record({
  images: integer({ min: 1, max: 3 }),
  perGroup: integer({ min: 1, max: 3 }),
  outputsPerGroup: integer({ min: 1, max: 3 }),
  group: constantFrom(1, 1, 2, 3),
  kernel: pair(1, 4),
  strides: pair(1, 3),
  dilations: pair(1, 2),
  begin: pair(0, 3),
  end: pair(0, 3),
  room: pair(0, 5),
}).map(({ images, perGroup, outputsPerGroup, group, kernel, strides, dilations, begin, end, room }) => {
  const spatial = kernel.map((k, axis) => Math.max(1, (k - 1) * dilations[axis]! + 1 - begin[axis]! - end[axis]!) + room[axis]!)
  return {
    x: [images, perGroup * group, ...spatial],
    w: [outputsPerGroup * group, perGroup, ...kernel],
    attributes: { strides, dilations, group, pads: [...begin, ...end] },
  }
})

function graphs(
  { x: xShape, w: wShape, attributes }: Shapes,
  draw: Draw,
): { x: Value; w: Value; dy: Value; y: Value; dx: Value; dw: Value } {
  const [x, w] = [draw.normal(...xShape), draw.normal(...wShape)]
  const y = g.conv(x, w, null, attributes)
  const dy = draw.normal(...y.shape)
  const [dx, dw] = [g.convInputGradient(dy, w, xShape, attributes), g.convFilterGradient(x, dy, wShape, attributes)]
  return { x, w, dy, y, dx, dw }
}

function product(a: HostTensor, b: HostTensor): number {
  const other = toNumbers(b)
  return toNumbers(a).reduce((sum, value, i) => sum + value * other[i]!, 0)
}

const settings = { numRuns: 60, seed: 5 }

describe('convolutions of any shape', () => {
  it('have gradients that are their adjoints: <dy, x * w> = <dx, x> = <dw, w>', () => {
    const holds = property(convolutions, (shapes) => {
      const draw = new Draw('float64')
      const { x, w, dy, y, dx, dw } = graphs(shapes, draw)
      const [xs, ws, dys, ys, dxs, dws] = evaluate([x, w, dy, y, dx, dw], draw.feeds) as [HostTensor, HostTensor, HostTensor, HostTensor, HostTensor, HostTensor] // prettier-ignore
      const expected = product(dys, ys)
      expect(product(dxs, xs)).toBeCloseTo(expected, 9)
      expect(product(dws, ws)).toBeCloseTo(expected, 9)
    })
    assert(holds, settings)
  })

  describe.each(engines.filter((tested) => tested.name !== 'reference' && takesAll(tested)))('$name', ({ create }) => {
    const engine = create()
    afterAll(() => engine.dispose())

    it('agrees with the reference engine', async () => {
      const holds = asyncProperty(convolutions, async (shapes) => {
        const draw = new Draw('float32')
        const { x, w, dy, y, dx, dw } = graphs(shapes, draw)
        const executable = await engine.compile({ feeds: { x0: x, x1: w, x2: dy }, reads: {}, outputs: { y, dx, dw }, updates: {} })
        const found = await executable.run(await engine.createState({}), draw.feeds)
        executable.dispose()
        const [ys, dxs, dws] = evaluate([y, dx, dw], draw.feeds)
        const tolerance = { relative: 1e-4, absolute: 1e-5 }
        expect({ y: difference(found['y'], ys!, tolerance), dx: difference(found['dx'], dxs!, tolerance), dw: difference(found['dw'], dws!, tolerance) }).toEqual({ y: null, dx: null, dw: null }) // prettier-ignore
      })
      await assert(holds, settings)
    })
  })
})
