// Numbers of reference implementations, in ../shared/golden: what our losses and their gradients are compared with.
import { existsSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { differentiate } from '../../src/core/autodiff/differentiate.ts'
import { constant, input } from '../../src/core/graph/apply.ts'
import type { Value } from '../../src/core/graph/value.ts'
import { tensor, toNumbers } from '../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../src/core/tensor/tensor.ts'
import type { EngineUnderTest } from '../conformance/engines.ts'
import { readSafetensors } from './safetensors.ts'

const file = new URL('../../../shared/golden/losses.safetensors', import.meta.url)
const here = existsSync(file)
const entries: Readonly<Record<string, HostTensor>> = here ? readSafetensors(file) : {}

/** `describe` where the numbers are there, a skipped one that says so elsewhere. */
export function describeGolden(name: string, suite: () => void): void {
  if (here) describe(name, suite)
  else describe.skip(`${name} (skipped: no ../shared/golden on this machine)`, suite)
}

/** An entry; labels, which are stored as int64, as int32. */
export function golden(name: string): HostTensor {
  const found = entries[name]
  if (!found) throw new Error(`golden file has no ${name}`)
  return found.dtype === 'int64' ? tensor('int32', found.shape, toNumbers(found)) : found
}

export function goldenConstant(name: string): Value {
  return constant(golden(name))
}

/** Largest difference relative to the expected tensor's largest magnitude. */
export function difference(found: HostTensor | undefined, expected: HostTensor | undefined): number {
  if (!found || !expected) throw new Error('a tensor is missing')
  const [a, b] = [toNumbers(found), toNumbers(expected)]
  expect(a.length).toBe(b.length)
  const scale = Math.max(1e-12, ...b.map(Math.abs))
  return Math.max(...a.map((x, i) => Math.abs(x - (b[i] ?? NaN)))) / scale
}

/** Value and gradient of a loss of one tensor, on an engine. */
export async function valueAndGradient(
  { create }: EngineUnderTest,
  loss: (x: Value) => Value,
  point: HostTensor,
): Promise<{ value: HostTensor; gradient: HostTensor }> {
  const x = input('x', point)
  const value = loss(x)
  const engine = create()
  const outputs = { value, gradient: differentiate(value, [x])[0]! }
  const executable = await engine.compile({ feeds: { x }, reads: {}, outputs, updates: {} })
  const found = await executable.run(await engine.createState({}), { x: point })
  await engine.dispose()
  return { value: found.value!, gradient: found.gradient! }
}
