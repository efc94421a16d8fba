// Our side of bench/step: one training step of a network on one of our engines, driven by lines of JSON on stdin.
// Usage: node bench/step-ours.ts weights OUT | check DATA | time DATA [PROFILE-PREFIX], after NETWORK IMAGE BATCH THREADS ENGINE float32|float16 (activations).
import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { differentiate } from '../src/core/autodiff/differentiate.ts'
import { inHalf, narrowedEarly } from '../src/core/autodiff/half-storage.ts'
import * as g from '../src/core/graph/build.ts'
import type { Program } from '../src/core/graph/program.ts'
import type { Value } from '../src/core/graph/value.ts'
import { crossEntropy } from '../src/core/nn/losses.ts'
import { momentumOf, sgd } from '../src/core/nn/optimiser.ts'
import { readSafetensors, writeSafetensors } from '../src/core/tensor/safetensors.ts'
import { Random } from '../src/core/tensor/random.ts'
import { sizeOf, tensor } from '../src/core/tensor/tensor.ts'
import { openBenchEngine } from './engines.ts'
import { NetworkBuilder, networks } from './networks.ts'
import type { NetworkName } from './networks.ts'

const classes = 1000
const sgdSettings = { momentum: 0.9, nesterov: true, weightDecay: 1e-4 }

const [network, image, batch, threads, engineName, storage, mode, path = '', profile] = process.argv.slice(2)
const [size, count] = [Number(image), Number(batch)]

const b = new NetworkBuilder()
const images = b.program.feed('images', { dtype: 'float32', shape: [count, 3, size, size] })
const labels = b.program.feed('labels', { dtype: 'int32', shape: [count] })
const loss = crossEntropy(networks[network as NetworkName](b, images, classes), labels)
const gradients = differentiate(
  loss,
  b.trainable.map((name) => b.program.get(name)),
  storage === 'float16' ? inHalf(loss, b.program.feeds) : undefined,
)
const finish = (outputs: Record<string, Value>): Program => narrowedEarly(b.program.finish(outputs))

if (mode === 'weights') {
  const random = new Random(2)
  const x = tensor('float32', images.shape)
  for (let i = 0; i < x.data.length; i++) x.data[i] = random.normal()
  const y = tensor('int32', labels.shape)
  for (let i = 0; i < y.data.length; i++) y.data[i] = random.integer(classes)
  writeFileSync(path, writeSafetensors({ tensors: b.initial, metadata: {} }))
  writeFileSync(`${path}.batch`, writeSafetensors({ tensors: { images: x, labels: y }, metadata: {} }))
} else {
  const { tensors } = readSafetensors(readFileSync(`${path}.batch`))
  const feeds = { images: tensors.images!, labels: tensors.labels! }
  const engine = openBenchEngine(engineName, Number(threads), profile)
  if (mode === 'check') {
    const outputs: Record<string, Value> = { loss, ...Object.fromEntries(b.trainable.map((name, i) => [name, gradients[i]!])) }
    const executable = await engine.compile({ ...finish(outputs), updates: {} })
    const result = await executable.run(await engine.createState(b.initial), feeds)
    writeFileSync(`${path}.ours`, writeSafetensors({ tensors: result, metadata: {} }))
  } else {
    const rate = g.constant(tensor('float32', [], [0.01]))
    for (const name of b.trainable) b.initial[momentumOf(name)] = tensor('float32', b.initial[name]!.shape)
    b.trainable.forEach((name, i) => sgd(b.program, name, gradients[i]!, rate, sgdSettings))
    const parameters = b.trainable.reduce((sum, name) => sum + sizeOf(b.initial[name]!.shape), 0)
    const step = await engine.compile(finish({ loss }))
    const state = await engine.createState(b.initial)
    // The engine has its own copy.
    b.forget()
    for await (const line of createInterface(process.stdin)) {
      const times: number[] = []
      for (let i = Number(line); i > 0; i--) {
        const start = performance.now()
        await step.run(state, feeds)
        times.push(performance.now() - start)
      }
      const peakBytes = process.resourceUsage().maxRSS * 1024
      console.log(JSON.stringify({ times, peakBytes, parameters, multiplyAdds: b.multiplyAdds }))
    }
    step.dispose()
  }
  await engine.dispose()
}
