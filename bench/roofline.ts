// What this machine can do at best (products of matrices, memory), and the least time that the convolutions of a training step take by it.
// npm run bench -- roofline [--threads 2] [--rounds 7]
import { parseArgs } from 'node:util'
import * as g from '../src/core/graph/build.ts'
import type { Value } from '../src/core/graph/value.ts'
import { ProgramBuilder } from '../src/core/nn/program-builder.ts'
import { sizeOf, tensor } from '../src/core/tensor/tensor.ts'
import type { HostTensor, Shape } from '../src/core/tensor/tensor.ts'
import { OnnxRuntimeEngine } from '../src/engine/backends/onnxruntime/engine.ts'
import { networks } from './networks.ts'
import type { Layers, NetworkName } from './networks.ts'

const { values } = parseArgs({ options: { threads: { type: 'string', default: '2' }, rounds: { type: 'string', default: '7' } } })
const engine = new OnnxRuntimeEngine({ threads: Number(values.threads) })

/** As bench/step has them. */
const steps: readonly { network: NetworkName; batch: number; size: number }[] = [
  { network: 'resnet18', batch: 32, size: 64 },
  { network: 'mobilenet_v2', batch: 32, size: 128 },
  { network: 'resnet50', batch: 16, size: 160 },
]

/** Seconds that a program takes at best. @param compute from a variable to its next value */
async function fastest(shape: Shape, compute: (x: Value) => Value): Promise<number> {
  const initial = { x: filled(shape) }
  const builder = new ProgramBuilder(initial)
  builder.set('x', compute(builder.get('x')))
  const executable = await engine.compile(builder.finish({}))
  const state = await engine.createState(initial)
  const times: number[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const start = performance.now()
    await executable.run(state, {})
    times.push((performance.now() - start) / 1000)
  }
  executable.dispose()
  state.dispose()
  return Math.min(...times)
}

function filled(shape: Shape): HostTensor {
  const value = tensor('float32', shape)
  value.data.fill(1e-3)
  return value
}

/** A convolution or linear layer of the batch: floating-point operations, and bytes of its input, its weights and its output. */
interface Layer {
  readonly operations: number
  readonly bytes: number
}

/** Shapes alone: what stands between the convolutions counts nothing, as if it were done on the way. */
function layersOf(network: NetworkName, batch: number, size: number): Layer[] {
  const layers: Layer[] = []
  const weight = (shape: Shape): Value => g.input('weight', { dtype: 'float32', shape })
  const note = (x: Value, w: Value, y: Value): Value => {
    layers.push({
      operations: 2 * sizeOf(y.shape) * sizeOf(w.shape.slice(1)),
      bytes: 4 * (sizeOf(x.shape) + sizeOf(w.shape) + sizeOf(y.shape)),
    })
    return y
  }
  const shapes: Layers = {
    conv(x, _name, channels, kernel, stride = 1, group = 1) {
      const w = weight([channels, (x.shape[1] ?? 0) / group, kernel, kernel])
      const pad = (kernel - 1) / 2
      return note(x, w, g.conv(x, w, null, { strides: [stride, stride], pads: [pad, pad, pad, pad], group }))
    },
    norm: (x) => x,
    linear(x, _name, outputs) {
      const w = weight([outputs, x.shape[1] ?? 0])
      return note(x, w, g.matMul(x, g.transpose(w, [1, 0])))
    },
  }
  networks[network](shapes, g.input('images', { dtype: 'float32', shape: [batch, 3, size, size] }), 1000)
  return layers
}

const edge = 2048
const chain = 4
const peak =
  (2 * edge ** 3 * chain) / (await fastest([edge, edge], (x) => Array.from({ length: chain }).reduce<Value>((y) => g.matMul(y, x), x)))
const elements = 2 ** 24
const sums = 16
// Two read and one written, in memory that is taken again and again.
const sumSeconds = await fastest([elements], (x) => Array.from({ length: sums }).reduce<Value>((y) => g.add(y, x), x))
const bandwidth = (12 * elements * sums) / sumSeconds
console.log(
  `${values.threads} threads: ${(peak / 1e9).toFixed(0)} GFLOP/s in products of ${edge} x ${edge}, ${(bandwidth / 1e9).toFixed(1)} GB/s in sums of ${(4 * elements) / 2 ** 20} MiB`,
)
console.log(`ridge at ${(peak / bandwidth).toFixed(1)} operations a byte`)

console.log('\nstep                         GFLOP  GB    at best, ms  of it bound by memory')
for (const { network, batch, size } of steps) {
  // Forward, and the gradients of input and weights; nobody asks for the images' gradient.
  const passes = layersOf(network, batch, size).flatMap((layer, i) => Array.from({ length: i === 0 ? 2 : 3 }, () => layer))
  const timeOf = ({ operations, bytes }: Layer): number => Math.max(operations / peak, bytes / bandwidth)
  const total = (of: (layer: Layer) => number): number => passes.reduce((sum, layer) => sum + of(layer), 0)
  const bound = total((layer) => (layer.bytes / bandwidth > layer.operations / peak ? timeOf(layer) : 0))
  const cells = [
    `${network}, ${batch} of ${size} px`.padEnd(28),
    (total(({ operations }) => operations) / 1e9).toFixed(0).padEnd(6),
    (total(({ bytes }) => bytes) / 1e9).toFixed(1).padEnd(5),
    (1000 * total(timeOf)).toFixed(0).padEnd(12),
    `${((100 * bound) / total(timeOf)).toFixed(0)} %`,
  ]
  console.log(cells.join(' '))
}
await engine.dispose()
