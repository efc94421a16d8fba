// How much memory a program takes, from its graph alone.
import type { Backbone } from '../../core/nn/backbone.ts'
import type { Phase } from '../../core/train/plan.ts'
import type { Program } from '../../core/graph/program.ts'
import { constantDraws } from '../../core/tensor/random.ts'
import { topological } from '../../core/graph/value.ts'
import type { Value } from '../../core/graph/value.ts'
import { sizeOf } from '../../core/tensor/tensor.ts'
import { preparePhase } from './phase.ts'
import type { Configuration } from './settings.ts'

const widths: Readonly<Record<string, number>> = { float64: 8, int64: 8, float32: 4, int32: 4 }

/** Bytes of the values that are alive at once, at most, if each lives from its node to its last user. */
export function peakBytes(program: Program): number {
  const kept = new Set<Value>([...Object.values(program.outputs), ...Object.values(program.updates)])
  const order = topological(kept)
  const lastUse = new Map<Value, number>()
  for (const [at, node] of order.entries()) for (const value of node.inputs) if (value) lastUse.set(value, at)
  const ending = new Map<number, Value[]>()
  for (const [value, at] of lastUse) if (!kept.has(value)) ending.set(at, [...(ending.get(at) ?? []), value])
  let live = 0
  let peak = 0
  for (const [at, node] of order.entries()) {
    for (const value of node.outputs) live += bytesOf(value)
    peak = Math.max(peak, live)
    for (const value of ending.get(at) ?? []) live -= bytesOf(value)
  }
  return peak
}

function bytesOf({ shape, dtype }: Value): number {
  return sizeOf(shape) * (widths[dtype] ?? 1)
}

/** The engine process before it computes anything: Node, ONNX Runtime, worker threads. */
const base = 300 * 2 ** 20
/** The state on the engine's side, a copy to return to, and one on its way to the disk. */
const stateCopies = 3

/** Bytes that training a phase takes, without its images. */
export function phaseMemory({ configured, settings }: Configuration, backbone: Backbone, phase: Phase, classes: number): number {
  const { step } = preparePhase({ backbone, classes, method: configured, settings, phase, seed: 0, carried: {} }, constantDraws)
  const state = Object.values(step.initial).reduce((sum, value) => sum + value.data.byteLength, 0)
  return base + stateCopies * state + peakBytes(step.program)
}
