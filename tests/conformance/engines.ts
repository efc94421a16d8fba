// The engines that the suite holds for.
import type { Engine } from '../../src/core/graph/program.ts'
import { ReferenceEngine } from '../../src/core/reference/engine.ts'
import { OnnxRuntimeEngine } from '../../src/engine/backends/onnxruntime/engine.ts'
import { TensorFlowEngine } from '../../src/engine/backends/tensorflow/engine.ts'
import { storesHalf } from '../../src/engine/training/half-storage.ts'
import { isTensorFlowThere } from '../support/tensorflow.ts'
import { whyNoWebgpu } from '../support/webgpu.ts'

export interface EngineUnderTest {
  readonly name: string
  readonly create: () => Engine
  /** Cases that do not hold for this engine, by name, and why. */
  readonly exclusions: Readonly<Record<string, string>>
  /** Runs a choice of the own cases, and neither the ONNX project's nor drawn ones, unless all are asked for: in software it is slow. */
  readonly sampled?: boolean
}

/** Windows come in many shapes, which take a second each in software; of all else every case is run. */
const sampledWindows =
  /^(Conv with bias|ConvInputGradient|ConvFilterGradient|MaxPool|MaxPoolGradient|AveragePool(Gradient)?|Resize(Gradient)?) (?!(3x3, same|depthwise, two|3-D|linear, half))/

/** Environment variable that asks for all cases on every engine. */
const all = process.env['CONFORMANCE_ALL'] === '1'

/** Whether an engine is given a case of our own. */
export function takes({ sampled, exclusions }: EngineUnderTest, name: string): boolean {
  return !(name in exclusions) && (!sampled || all || !sampledWindows.test(name))
}

/** Whether an engine is given the ONNX project's cases, and drawn ones. */
export function takesAll({ sampled }: EngineUnderTest): boolean {
  return !sampled || all
}

const webgpu = (): Engine => new OnnxRuntimeEngine({ provider: 'webgpu' })
const noWebgpu = await whyNoWebgpu()

/** What an engine's device may lack. */
async function exclusionsOf(create: () => Engine): Promise<Readonly<Record<string, string>>> {
  const engine = create()
  const missing = (await storesHalf(engine)) ? [] : ['Cast to float16 and back', 'Cast of a Clip to float16 and back']
  await engine.dispose()
  return Object.fromEntries(missing.map((name) => [name, 'the device does not store float16']))
}

/** Engines that are not there on this machine, and why. */
export const missing: readonly string[] = noWebgpu === null ? [] : [`webgpu: ${noWebgpu}`]

export const engines: readonly EngineUnderTest[] = [
  { name: 'reference', create: () => new ReferenceEngine(), exclusions: {} },
  { name: 'onnxruntime', create: () => new OnnxRuntimeEngine(), exclusions: {} },
  // Where it is not set up, tests/engine/tensorflow says so.
  ...(isTensorFlowThere ? [{ name: 'tensorflow', create: () => new TensorFlowEngine(), exclusions: {} }] : []),
  ...(noWebgpu === null ? [{ name: 'webgpu', create: webgpu, exclusions: await exclusionsOf(webgpu), sampled: true }] : []),
]
