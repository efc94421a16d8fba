// The engines that the suite holds for.
import type { Engine } from '../../src/core/graph/program.ts'
import { ReferenceEngine } from '../../src/core/reference/engine.ts'
import { OnnxRuntimeEngine } from '../../src/engine/backends/onnxruntime/engine.ts'
import { TensorFlowEngine } from '../../src/engine/backends/tensorflow/engine.ts'
import { isTensorFlowThere } from '../support/tensorflow.ts'

export interface EngineUnderTest {
  readonly name: string
  readonly create: () => Engine
  /** Cases that do not hold for this engine, by name, and why. */
  readonly exclusions: Readonly<Record<string, string>>
}

export const engines: readonly EngineUnderTest[] = [
  { name: 'reference', create: () => new ReferenceEngine(), exclusions: {} },
  { name: 'onnxruntime', create: () => new OnnxRuntimeEngine(), exclusions: {} },
  // Where it is not set up, tests/engine/tensorflow says so.
  ...(isTensorFlowThere ? [{ name: 'tensorflow', create: () => new TensorFlowEngine(), exclusions: {} }] : []),
]
