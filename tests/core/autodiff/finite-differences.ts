// Compares gradient graphs with central differences along random directions, in float64 on the reference engine.
import { expect } from 'vitest'
import { differentiate } from '../../../src/core/autodiff/differentiate.ts'
import { add, constant, input, mul, reduceSum } from '../../../src/core/graph/build.ts'
import type { Random } from '../../../src/core/tensor/random.ts'
import { isFloat, sizeOf, tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import type { Drawn } from './cases.ts'
import { evaluateAt } from './evaluate.ts'

const draws = {
  normal: (random: Random, size: number) => Array.from({ length: size }, () => random.normal()),
  positive: (random: Random, size: number) => Array.from({ length: size }, () => random.uniform(0.5, 2)),
  distinct: (random: Random, size: number) => random.shuffled(Array.from({ length: size }, (_, i) => (i + 0.37) / 4 - size / 8)),
}

export function draw(random: Random, { shape, from }: Drawn): HostTensor<'float64'> {
  return tensor('float64', shape, draws[from](random, sizeOf(shape)))
}

/** Float64 leaves x0, x1, ... for tensors of these shapes. */
export function leaves(points: readonly HostTensor[]): Value[] {
  return points.map(({ shape }, i) => input(`x${i}`, { dtype: 'float64', shape }))
}

/** A scalar that weighs every element of the real values by its own random number, so that no error can cancel. */
export function randomProjection(random: Random, values: readonly Value[]): Value {
  return values
    .filter((y) => isFloat(y.dtype))
    .map((y) => reduceSum(mul(y, constant(draw(random, { shape: y.shape, from: 'normal' })))))
    .reduce((a, c) => add(a, c))
}

/** Checks the gradient of the scalar at the point, along `directions` directions in the space of all leaves together. */
export function checkGradient(loss: Value, x: readonly Value[], point: readonly HostTensor[], random: Random): void {
  const [directions, step, tolerance] = [3, 2e-5, 2e-7]
  const valueAt = (at: readonly HostTensor[]): number => evaluateAt([loss], x, at).flatMap(toNumbers)[0] ?? NaN
  const g = evaluateAt(differentiate(loss, x), x, point).flatMap(toNumbers)
  for (let k = 0; k < directions; k++) {
    const v = g.map(() => random.normal())
    const ahead = valueAt(moved(point, v, step))
    const behind = valueAt(moved(point, v, -step))
    const measured = (ahead - behind) / (2 * step)
    const derived = g.reduce((sum, gi, i) => sum + gi * v[i]!, 0)
    const scale = Math.max(1, Math.abs(ahead), Math.hypot(...g))
    expect(Math.abs(derived - measured) / scale, `derived ${derived}, measured ${measured}`).toBeLessThan(tolerance)
  }
}

function moved(point: readonly HostTensor[], direction: readonly number[], step: number): HostTensor[] {
  const along = direction.values()
  return point.map((t) => tensor('float64', t.shape, toNumbers(t).map((x) => x + step * (along.next().value ?? 0)))) // prettier-ignore
}
