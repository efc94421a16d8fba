// A process that trains a step and tells the most memory it had. Arguments: what becomes of activations (keep, recompute, half or both); images; pixels.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readOnnx } from '../../src/core/graph/onnx/read.ts'
import { Backbone } from '../../src/core/nn/backbone.ts'
import { constantDraws } from '../../src/core/tensor/random.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'
import { OnnxRuntimeEngine } from '../../src/engine/backends/onnxruntime/engine.ts'
import { phaseMemory } from '../../src/engine/training/memory.ts'
import { preparePhase } from '../../src/engine/training/phase.ts'
import { configure } from '../../src/engine/training/settings.ts'

const [activations = '', batch = '', size = ''] = process.argv.slice(2)
const file = fileURLToPath(new URL('../../resources/backbones/starter.onnx', import.meta.url))
const backbone = new Backbone(readOnnx(readFileSync(file)), { imageSize: Number(size) })
const settings = {
  recompute: activations === 'recompute' || activations === 'both',
  halfActivations: activations === 'half' || activations === 'both',
  bottleneck: 64,
}
const { configured, phases, ...run } = configure({ method: 'fine-tuning', settings, batch: Number(batch), depth: 'all' }, false)
const [phase] = phases
if (!phase) throw new Error('expected a phase')
const choice = { backbone, classes: 10, method: configured, settings: run.settings, phase, seed: 0, carried: {} }
const { step } = preparePhase(choice, constantDraws)
const engine = new OnnxRuntimeEngine({ threads: 2 })
const executable = await engine.compile(step.program)
const state = await engine.createState(step.initial)
const feeds = Object.fromEntries(Object.entries(step.program.feeds).map(([name, { dtype, shape }]) => [name, tensor(dtype, shape)]))
for (const values of Object.values(feeds)) values.data.forEach((_, i) => (values.data[i] = (i % 7) as never))
await executable.run(state, feeds)
const weights = Object.values(await state.read()).map(({ data }) => Array.from(data, Number).reduce((sum, value) => sum + value, 0))
const estimate = phaseMemory({ configured, settings: run.settings }, backbone, phase, 10)
process.stdout.write(JSON.stringify({ weights, estimate, measured: process.resourceUsage().maxRSS * 1024 }))
