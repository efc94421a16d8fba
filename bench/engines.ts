// Our engines by the names that benchmarks have for them.
import { writeFileSync } from 'node:fs'
import type { Engine } from '../src/core/graph/program.ts'
import { OnnxRuntimeEngine } from '../src/engine/backends/onnxruntime/engine.ts'
import { providers } from '../src/engine/backends/onnxruntime/provider.ts'
import type { Provider } from '../src/engine/backends/onnxruntime/provider.ts'
import { TensorFlowEngine } from '../src/engine/backends/tensorflow/engine.ts'
import { Profile } from '../src/engine/backends/tensorflow/profile.ts'

/** On the processor. */
export const engineNames = ['onnxruntime', 'tensorflow'] as const

/** Other devices than the processor, of ONNX Runtime's. */
const devices = providers.filter((provider) => provider !== 'cpu')

const providerNamed = (name: string | undefined): Provider | undefined =>
  name === 'onnxruntime' ? 'cpu' : devices.find((device) => device === name)

/** @param profile where files with the times of operators begin; written when the process ends */
export function openBenchEngine(name: string | undefined, threads: number, profile?: string): Engine {
  const provider = providerNamed(name)
  if (provider) return new OnnxRuntimeEngine({ threads, provider, ...(profile === undefined ? {} : { profile }) })
  if (name !== 'tensorflow') throw new Error(`unknown engine ${name}: expected one of ${[...engineNames, ...devices].join(', ')}`)
  if (profile === undefined) return new TensorFlowEngine({ threads })
  const times = new Profile()
  process.on('exit', () => writeFileSync(`${profile}.json`, JSON.stringify(times.events())))
  return new TensorFlowEngine({ threads, profile: times })
}
