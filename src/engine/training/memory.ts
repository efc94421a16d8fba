// How much memory a program takes, from its graph alone.
import type { Backbone } from '../../core/nn/backbone.ts'
import type { Phase } from '../../core/train/plan.ts'
import { peakBytes } from '../../core/graph/memory.ts'
import { constantDraws } from '../../core/tensor/random.ts'
import { preparePhase } from './phase.ts'
import type { Configuration } from './settings.ts'

/** The engine process before it computes anything: Node, ONNX Runtime, worker threads. */
const base = 250 * 2 ** 20
/** What kernels work on, beside the graph's own values: transformed maps and filters, reordered copies (docs/performance.md, memory). */
const forKernels = 1.6
/** The state on the engine's side, a copy to return to, and one on its way to the disk. */
const stateCopies = 3

/** Bytes that training a phase takes, without its images. */
export function phaseMemory({ configured, settings }: Chosen, backbone: Backbone, phase: Phase, classes: number): number {
  const { step } = preparePhase({ backbone, classes, method: configured, settings, phase, seed: 0, carried: {} }, constantDraws)
  const state = Object.values(step.initial).reduce((sum, value) => sum + value.data.byteLength, 0)
  return Math.round(base + stateCopies * state + forKernels * (peakBytes(step.program) - state))
}

/** Of all phases, which run one after another. */
export function runMemory(chosen: Chosen & Pick<Configuration, 'phases'>, backbone: Backbone, classes: number): number {
  return Math.max(...chosen.phases.map((phase) => phaseMemory(chosen, backbone, phase, classes)))
}

/** Images a step at most, labelled ones, with which a run fits; the unlabelled ones change in proportion. Null where not even the smallest batch does.
 * @param room bytes */
export function largestBatch(
  chosen: Chosen & Pick<Configuration, 'phases'>,
  backbone: Backbone,
  classes: number,
  room: number,
): number | null {
  const { labelledBatch, unlabelledBatch } = chosen.settings
  const memoryAt = (batch: number): number => {
    const settings = {
      ...chosen.settings,
      labelledBatch: batch,
      unlabelledBatch: Math.max(2, Math.round((unlabelledBatch / labelledBatch) * batch)),
    }
    return runMemory({ ...chosen, settings }, backbone, classes)
  }
  const { smallest, largest } = batchRange
  let [fits, taken] = [smallest, memoryAt(smallest)]
  if (taken > room) return null
  // The most of several straight lines: a chord lies above it, so that what is found between a batch that fits and one that does not fits, too.
  let [other, otherTaken] = [2 * labelledBatch, memoryAt(2 * labelledBatch)]
  for (let looks = 0; looks < mostLooks; looks++) {
    const each = (otherTaken - taken) / (other - fits)
    if (otherTaken <= room) [fits, taken] = [other, otherTaken]
    const next = Math.min(largest, fits + Math.floor((room - taken) / Math.max(1, each)))
    if (next === fits || next === other) break
    const nextTaken = memoryAt(next)
    if (nextTaken <= room && otherTaken > room) [fits, taken] = [next, nextTaken]
    else [other, otherTaken] = [next, nextTaken]
  }
  return otherTaken <= room ? Math.max(fits, other) : fits
}

/** Programs that are built to find a batch. */
const mostLooks = 5

/** As the request's schema has it. */
const batchRange = { smallest: 2, largest: 4096 }

type Chosen = Pick<Configuration, 'configured' | 'settings'>
