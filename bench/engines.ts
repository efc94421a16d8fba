// Our engines by the names that benchmarks have for them.
import { writeFileSync } from 'node:fs'
import type { Engine } from '../src/core/graph/program.ts'
import { OnnxRuntimeEngine } from '../src/engine/backends/onnxruntime/engine.ts'
import { TensorFlowEngine } from '../src/engine/backends/tensorflow/engine.ts'
import { Profile } from '../src/engine/backends/tensorflow/profile.ts'

export const engineNames = ['onnxruntime', 'tensorflow'] as const

/** @param profile where files with the times of operators begin; written when the process ends */
export function openBenchEngine(name: string | undefined, threads: number, profile?: string): Engine {
  if (name === 'onnxruntime') return new OnnxRuntimeEngine({ threads, ...(profile === undefined ? {} : { profile }) })
  if (name !== 'tensorflow') throw new Error(`unknown engine ${name}: expected one of ${engineNames.join(', ')}`)
  if (profile === undefined) return new TensorFlowEngine({ threads })
  const times = new Profile()
  process.on('exit', () => writeFileSync(`${profile}.json`, JSON.stringify(times.events())))
  return new TensorFlowEngine({ threads, profile: times })
}
