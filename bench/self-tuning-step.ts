// A whole Self-Tuning step (ResNet-18 at 64 px or MobileNetV2 at 128 px, 24 + 24 images, D = 1024, K = 32, 10 classes) against the released loop in PyTorch.
// node bench/self-tuning-step.ts [ROUNDS] [STEPS] [--network resnet18|mobilenet_v2] [--engine onnxruntime|tensorflow|webgpu|...] [--torch-device cpu|cuda]; PYTHON names the Python that has torch (python3 if not set).
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import * as g from '../src/core/graph/build.ts'
import { readOnnx } from '../src/core/graph/onnx/read.ts'
import { symbolicBatch, writeOnnx } from '../src/core/graph/onnx/write.ts'
import type { Value } from '../src/core/graph/value.ts'
import { selfTuning } from '../src/core/methods/self-tuning.ts'
import { Backbone } from '../src/core/nn/backbone.ts'
import { Model } from '../src/core/nn/model.ts'
import { Random } from '../src/core/tensor/random.ts'
import { scalar, sizeOf, tensor } from '../src/core/tensor/tensor.ts'
import type { HostTensor, Shape } from '../src/core/tensor/tensor.ts'
import { buildTrainingStep } from '../src/core/train/training-step.ts'
import { openBenchEngine } from './engines.ts'
import { networks } from './networks.ts'
import type { Layers, NetworkName } from './networks.ts'
import { median } from './statistics.ts'

const { values, positionals } = parseArgs({
  options: {
    network: { type: 'string', default: 'resnet18' },
    engine: { type: 'string', default: 'onnxruntime' },
    'torch-device': { type: 'string', default: 'cpu' },
  },
  allowPositionals: true,
})
const [rounds = 5, steps = 3] = positionals.map(Number)
const sizes: Readonly<Record<string, number>> = { resnet18: 64, mobilenet_v2: 128 }
const size = sizes[values.network]
if (size === undefined) throw new Error(`--network: expected one of ${Object.keys(sizes).join(', ')}, found ${values.network}`)
const shape = { threads: 2, batch: 24, size, classes: 10, width: 1024, depth: 32 }
const random = new Random(0)

function normal(dims: Shape, deviation = 1): HostTensor<'float32'> {
  const t = tensor('float32', dims)
  for (let i = 0; i < t.data.length; i++) t.data[i] = random.normal(0, deviation)
  return t
}

/** The network as an ONNX file, which is how backbones come. */
function backboneFile(): Uint8Array {
  const names = new Map<Value, string>()
  const weight = (name: string, value: HostTensor): Value => {
    const leaf = g.constant(value)
    names.set(leaf, name)
    return leaf
  }
  const filled = (channels: number, value: number): HostTensor => tensor('float32', [channels], new Array<number>(channels).fill(value))
  const layers: Layers = {
    conv: (x, name, channels, kernel, stride, group) => {
      const dims = [channels, (x.shape[1] ?? 0) / (group ?? 1), kernel, kernel]
      const w = weight(`${name}.weight`, normal(dims, Math.sqrt((2 * channels) / sizeOf(dims))))
      const pads = new Array<number>(4).fill((kernel - 1) / 2)
      return g.conv(x, w, null, { strides: [stride ?? 1, stride ?? 1], pads, group: group ?? 1 })
    },
    norm: (x, name) => {
      const channels = x.shape[1] ?? 0
      const [scale, bias] = [weight(`${name}.weight`, filled(channels, 1)), weight(`${name}.bias`, filled(channels, 0))]
      const [mean, variance] = [weight(`${name}.running_mean`, filled(channels, 0)), weight(`${name}.running_var`, filled(channels, 1))]
      return g.batchNormalization(x, scale, bias, mean, variance)
    },
    linear: (x, name, outputs) => g.gemm(x, weight(`${name}.weight`, normal([outputs, x.shape[1] ?? 0], 0.02)), null, { transB: 1 }),
  }
  const x = g.input('input', { dtype: 'float32', shape: [symbolicBatch, 3, shape.size, shape.size] })
  return writeOnnx({
    inputs: { input: x },
    outputs: { logits: networks[values.network as NetworkName](layers, x, shape.classes) },
    constantNames: names,
    batch: 'N',
  })
}

const backbone = new Backbone(readOnnx(backboneFile()), { imageSize: shape.size })
const method = selfTuning.configure({ projection: shape.width, queueSize: shape.depth })
const model = new Model({ backbone, cut: null, classes: shape.classes, bottleneck: null, projector: method.projector, batchNorm: 'train' })
const initial = model.initial('query', random)
const variables = { ...initial, ...method.variables(model, initial, random, { images: 0, unlabelled: 0 }) }
const rates = { backbone: 1, bottleneck: 1, projector: 1, classifier: 10 }
const sgd = { momentum: 0.9, nesterov: true, weightDecay: 1e-4 }
const batches = { labelledBatch: shape.batch, unlabelledBatch: shape.batch }
const step = buildTrainingStep(model, method, { ...sgd, ...batches, rates }, [3, shape.size, shape.size], variables)
const engine = openBenchEngine(values.engine, shape.threads)
const executable = await engine.compile(step.program)
const state = await engine.createState(step.initial)

async function ours(): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < steps; i++) {
    const views = ['labelled/0', 'labelled/1', 'unlabelled/0', 'unlabelled/1']
    const feeds = Object.fromEntries(views.map((name) => [name, normal([shape.batch, 3, shape.size, shape.size])]))
    const labels = tensor(
      'int32',
      [shape.batch],
      Int32Array.from({ length: shape.batch }, () => random.integer(shape.classes)),
    )
    const start = performance.now()
    await executable.run(state, { ...feeds, labels, rate: scalar('float32', 0.001), progress: scalar('float32', 0) })
    times.push(performance.now() - start)
  }
  return times
}

interface Peer {
  run(): Promise<{ milliseconds: number[]; peakBytes: number }>
  close(): void
}

function pytorch(format: string): Peer {
  const script = fileURLToPath(new URL('pytorch/self_tuning_step.py', import.meta.url))
  const args = [script, values.network, ...Object.values(shape).map(String), values['torch-device'], format]
  const child = spawn(process.env.PYTHON ?? 'python3', args, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.on('error', (error) => exitWithout(error.message))
  child.on('exit', (code) => code && exitWithout(`it ended with code ${code}`))
  const lines = createInterface(child.stdout)
  const first = once(lines, 'line')
  return {
    run: async () => {
      await first
      const answer = once(lines, 'line')
      child.stdin.write(`${steps}\n`)
      return JSON.parse(String((await answer)[0])) as { milliseconds: number[]; peakBytes: number }
    },
    close: () => child.stdin.end(),
  }
}

function exitWithout(reason: string): void {
  console.error(`self-tuning-step: expected a Python with torch (set PYTHON), but ${reason}`)
  process.exit(1)
}

const peers = { channels_last: pytorch('channels_last'), contiguous: pytorch('contiguous') }
const found: Record<string, number[]> = { ours: [], channels_last: [], contiguous: [] }
const peerBytes: Record<string, number> = {}
for (let round = -1; round < rounds; round++) {
  // The first round warms up.
  const results: Record<string, number[]> = { ours: await ours() }
  for (const [format, peer] of Object.entries(peers)) {
    const { milliseconds, peakBytes } = await peer.run()
    results[format] = milliseconds
    peerBytes[format] = peakBytes
  }
  if (round >= 0) for (const [side, times] of Object.entries(results)) found[side]?.push(...times)
}
Object.values(peers).forEach((peer) => peer.close())
executable.dispose()
await engine.dispose()
const [own, last, contiguous] = [found.ours, found.channels_last, found.contiguous].map((times) => median(times ?? []))
const best = Math.min(last ?? NaN, contiguous ?? NaN)
console.log(
  `${values.network}: ours, ${values.engine} ${own?.toFixed(0)} ms; PyTorch channels_last ${last?.toFixed(0)} ms, contiguous ${contiguous?.toFixed(0)} ms`,
)
console.log(`ratio to PyTorch's better format: ${((own ?? NaN) / best).toFixed(2)}`)
console.log(
  `peak memory: ours ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB, PyTorch ${(Math.min(...Object.values(peerBytes)) / 2 ** 20).toFixed(0)} MB`,
)
