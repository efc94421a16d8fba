// Backbones from files: their ends, parameters, stages; a prefix and a suffix are together the whole.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { input } from '../../../src/core/graph/apply.ts'
import { float, OnnxBuilder } from '../../../src/core/graph/onnx/builder.ts'
import { readOnnx } from '../../../src/core/graph/onnx/read.ts'
import { topological } from '../../../src/core/graph/value.ts'
import type { Value } from '../../../src/core/graph/value.ts'
import { inspectModel } from '../../../src/core/nn/backbone-inspect.ts'
import { createBackbone } from '../../../src/core/nn/backbone.ts'
import type { Backbone, Cut } from '../../../src/core/nn/backbone.ts'
import { evaluate } from '../../../src/core/reference/evaluate.ts'
import { tensor, toNumbers } from '../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../src/core/tensor/tensor.ts'
import { tinyBackbone } from '../../support/tiny-backbone.ts'
import { normal, relativeDifference } from '../graph/onnx/run.ts'

const fixtures = new URL('../../fixtures/onnx/', import.meta.url)
const shared = new URL('../../../../shared/', import.meta.url)
const here = existsSync(shared)
const note = here ? '' : ' (skipped: no ../shared on this machine)'

function fixture(name: string): Backbone {
  return createBackbone(readOnnx(readFileSync(new URL(`${name}.onnx`, fixtures))))
}

interface Passed {
  readonly y: Value
  readonly feeds: Record<string, HostTensor>
  /** New running statistics. */
  readonly set: Map<string, Value>
}

/** One pass, its variables as leaves. */
function pass(backbone: Backbone, x: Value, from: Cut | null, to: Cut | null, training = false): Passed {
  const feeds: Record<string, HostTensor> = {}
  const variables = backbone.variables(null)
  const leaves = new Map<string, Value>()
  const set = new Map<string, Value>()
  const get = (name: string): Value => {
    const stored = variables[name]
    if (!stored) throw new Error(`${name} is no variable`)
    const leaf = leaves.get(name) ?? input(name, stored)
    leaves.set(name, leaf)
    feeds[name] = stored
    return leaf
  }
  const y = backbone.forward(x, { from, to, training, get, set: (name, value) => set.set(name, value) })
  return { y, feeds, set }
}

function run(backbone: Backbone, image: HostTensor, from: Cut | null, to: Cut | null): HostTensor {
  const { y, feeds } = pass(backbone, input('x', image), from, to)
  return evaluate([y], { ...feeds, x: image })[0] as HostTensor
}

const files = [
  ...readdirSync(fixtures).filter((name) => name.endsWith('.onnx')).map((name) => new URL(name, fixtures)), // prettier-ignore
  ...(here ? ['data/weights/resnet20_cifar10_imnet.onnx', 'golden/tiny_backbone.onnx'].map((name) => new URL(name, shared)) : []),
]

describe.each(files.map((url) => [url.pathname.split('/').at(-1), url] as const))('%s', (_, url) => {
  const backbone = createBackbone(readOnnx(readFileSync(url)))
  const image = normal([2, 3, ...backbone.imageSize])
  const whole = run(backbone, image, null, null)

  it('gives a feature of its width', () => expect(whole.shape).toEqual([2, backbone.width]))

  it('is its prefix and its suffix at every cut, and each needs its own variables only', () => {
    const cuts = [...backbone.stages.flatMap(({ from }) => (from ? [from] : [])), backbone.head]
    for (const cut of cuts) {
      const middle = run(backbone, image, null, cut)
      expect({ dtype: middle.dtype, shape: middle.shape }).toEqual(backbone.inputType(cut, 2))
      expect(relativeDifference(run(backbone, middle, cut, null), whole), cut.name).toBeLessThan(1e-12)
      const used = Object.keys(pass(backbone, input('x', middle), cut, null).feeds)
      expect(new Set(Object.keys(backbone.variables(cut)))).toEqual(new Set(used))
    }
  })

  it('has every parameter in one stage', () => {
    const inStages = backbone.stages.flatMap(({ weights }) => weights)
    expect(inStages.length).toBe(new Set(inStages).size)
    expect(new Set(inStages)).toEqual(new Set(backbone.trainable(null)))
    expect(backbone.stages[0]?.from).toBeNull()
    backbone.stages.forEach(({ weights, to }, i) => {
      expect(weights.length).toBeGreaterThan(0)
      expect(backbone.stages[i + 1]?.from ?? backbone.head).toEqual(to)
    })
    expect(backbone.cutAt(1)).toEqual(backbone.stages.at(-1)?.from)
    expect(backbone.trainable(backbone.cutAt(1))).toEqual(backbone.stages.at(-1)?.weights)
    expect(backbone.trainable(backbone.cutAt('head'))).toEqual([])
    expect(backbone.cutAt('all')).toBeNull()
    expect(backbone.cutAt(99)).toBeNull()
  })
})

describe('stages', () => {
  const stages = ({ stages }: Backbone): unknown[] => stages.map(({ label, from }) => [label, from?.shape ?? 'image'])

  it('follow the resolution', () => {
    expect(stages(fixture('mobile-torchscript-11'))).toEqual([
      ['16x16, 8 channels', 'image'],
      ['8x8, 12 channels', [8, 16, 16]],
      ['1x1, 20 channels', [12, 8, 8]],
    ])
  })

  it('see channels last as the same resolution', () => {
    expect(stages(fixture('next-dynamo'))).toEqual([
      ['8x8, 8 channels', 'image'],
      ['4x4, 12 channels', [8, 8, 8]],
    ])
  })

  it('are equal groups of blocks where there is one resolution', () => {
    expect(stages(fixture('vit-dynamo'))).toEqual([
      ['17 tokens, 16 channels', 'image'],
      ['17 tokens, 16 channels', [17, 16]],
      ['17 tokens, 16 channels', [17, 16]],
      ['17 tokens, 16 channels', [17, 16]],
    ])
  })

  it.skipIf(!here)(`mean something for the networks that people use${note}`, () => {
    const open = (name: string): Backbone => createBackbone(readOnnx(readFileSync(new URL(`data/weights/${name}.onnx`, shared))))
    expect(stages(open('mobilenet_v2_1.0_224_tf_fp32'))).toEqual([
      ['112x112, 16 channels', 'image'],
      ['56x56, 24 channels', [16, 112, 112]],
      ['28x28, 32 channels', [24, 56, 56]],
      ['14x14, 96 channels', [32, 28, 28]],
      ['7x7, 160 channels', [96, 14, 14]],
      ['7x7, 1280 channels', [160, 7, 7]],
    ])
    expect(stages(open('squeezenet1_1_imnet')).slice(-2)).toEqual([
      ['13x13, 384 channels', [256, 27, 27]],
      ['13x13, 512 channels', [384, 13, 13]],
    ])
    expect(stages(open('resnet20_cifar10_imnet'))).toEqual([
      ['32x32, 16 channels', 'image'],
      ['16x16, 32 channels', [16, 32, 32]],
      ['8x8, 64 channels', [32, 16, 16]],
    ])
  })
})

describe('ends', () => {
  /** x -> Conv -> Relu -> GlobalAveragePool -> Flatten -> Gemm -> Softmax, with a constant mean taken off first. */
  function classifier({
    shape = ['N', 3, 8, 8],
    output = 'probabilities',
    dtype = 'float32' as const,
  }: { shape?: (string | number)[]; output?: string; dtype?: 'float32' | 'uint8' } = {}): Uint8Array {
    const b = new OnnxBuilder()
    const stored = (name: string, ...extents: number[]): string => b.initialiser(normal(extents, name.length), name)
    b.input('x', { dtype, shape })
    const centred = b.node('Sub', ['x', stored('mean', 1, 3, 1, 1)])
    const filtered = b.node('Conv', [centred, stored('filter', 4, 3, 3, 3), stored('bias', 4)])
    b.nodeAll('Relu', [filtered], {}, { outputs: ['map'] })
    const scaled = b.node('Div', ['map', b.initialiser(tensor('float32', [1], [Math.SQRT2]), 'root')])
    const [pooled = ''] = b.nodeAll('GlobalAveragePool', [b.node('Mul', [scaled, stored('scale', 4, 1, 1)])], {}, { outputs: ['pooled'] })
    b.nodeAll('Flatten', [pooled], {}, { outputs: ['flat'] })
    const scores = b.node('Gemm', ['flat', stored('w', 5, 4), stored('c', 5)], { transB: 1 })
    b.nodeAll('Softmax', [scores], {}, { outputs: [output] })
    b.output(output, { dtype: 'float32' })
    return b.serialise()
  }

  it('is what the classifier takes; parameters are told from constants', () => {
    const backbone = createBackbone(readOnnx(classifier()))
    expect(backbone.width).toBe(4)
    expect(backbone.head.name).toBe('flat')
    expect(backbone.trainable(null)).toEqual(['filter', 'bias', 'scale'])
  })

  it('is the chosen value, pooled where it is spatial', () => {
    const file = classifier()
    const backbone = createBackbone(readOnnx(file), { feature: 'map' })
    expect([backbone.width, backbone.head.name, backbone.head.shape]).toEqual([4, 'mean of map', [4]])
    expect(backbone.variables(backbone.head)).toEqual({})
    const image = normal([2, 3, 8, 8])
    const full = createBackbone(readOnnx(file))
    const found = run(full, image, null, null)
    const scaled = run(backbone, image, null, null)
    const scale = normal([4], 'scale'.length)
    const expected = toNumbers(scaled).map((value, i) => (value / Math.SQRT2) * (scale.data[i % 4] ?? 0))
    expect(relativeDifference(found, tensor('float32', [2, 4], expected))).toBeLessThan(1e-6)
  })

  it('counts parameters whose values are computed beside the image', () => {
    const b = new OnnxBuilder()
    b.input('x', { dtype: 'float32', shape: ['N', 3, 4, 4] })
    const filtered = b.node('Conv', ['x', b.initialiser(normal([4, 3, 1, 1]), 'filter')])
    const rows = b.node('Gather', [
      b.initialiser(normal([5, 4]), 'table'),
      b.initialiser(
        tensor(
          'int64',
          [4, 4],
          Array.from({ length: 16 }, (_, i) => i % 5),
        ),
      ),
    ])
    const bias = b.node('Transpose', [b.node('Mul', [rows, b.initialiser(normal([4]), 'scale')])], { perm: [2, 0, 1] })
    b.nodeAll('Relu', [b.node('Add', [filtered, bias])], {}, { outputs: ['feature'] })
    b.output('feature', { dtype: 'float32' })
    const backbone = createBackbone(readOnnx(b.serialise()))
    expect(backbone.trainable(null)).toEqual(['filter', 'table', 'scale'])
    expect(Object.keys(pass(backbone, input('x', normal([2, 3, 4, 4])), null, null).feeds)).toEqual(
      expect.arrayContaining(['table', 'scale']),
    )
  })

  it.each<[string, Uint8Array, string]>([
    ['channels last', classifier({ shape: ['N', 224, 224, 3] }), 'images with channels last (NHWC)'],
    ['no image', classifier({ shape: ['N', 12] }), 'no image input: expected float32 [N, 3, H, W], found x float32 [N, 12]'],
    ['one channel', classifier({ shape: ['N', 1, 28, 28] }), 'found x float32 [N, 1, 28, 28]'],
    ['bytes', classifier({ dtype: 'uint8' }), 'found x uint8 [N, 3, 8, 8]'],
    ['no size', classifier({ shape: ['N', 3, 'H', 'W'] }), 'takes images of any size; say which'],
  ])('refuses a file with %s', (_, file, message) => {
    expect(() => createBackbone(readOnnx(file))).toThrow(message)
  })

  it('says so where a file does not fit the image size', () => {
    const model = readOnnx(readFileSync(new URL('vit-dynamo.onnx', fixtures)))
    expect(() => createBackbone(model, { imageSize: 64 })).toThrow('the model declares 32x32 images; at 64x64: node')
    expect(() => createBackbone(model, { feature: 'nothing' })).toThrow('the model has no value nothing')
  })
})

describe('BatchNormalization in training', () => {
  it('normalises by the batch and moves the running statistics as PyTorch does', () => {
    const b = new OnnxBuilder()
    b.input('x', { dtype: 'float32', shape: ['N', 3, 2, 2] })
    const stored = (name: string, values: number[]): string => b.initialiser(tensor('float32', [3], values), name)
    const names = [stored('scale', [1, 2, 3]), stored('shift', [0, 1, 2]), stored('mean', [0.5, 0, 0]), stored('variance', [1, 2, 3])]
    b.output(b.node('BatchNormalization', ['x', ...names], { epsilon: float(0.001) }), { dtype: 'float32' })
    const backbone = createBackbone(readOnnx(b.serialise()))
    const image = normal([4, 3, 2, 2])
    const { y, feeds, set } = pass(backbone, input('x', image), null, null, true)
    expect(backbone.trainable(null)).toEqual(['scale', 'shift'])
    expect(Object.keys(backbone.variables(null))).toEqual(['scale', 'shift', 'mean', 'variance'])
    expect(topological([y]).some(({ op }) => op === 'BatchNormalizationTraining')).toBe(true)
    const [mean, variance] = evaluate([set.get('mean') as Value, set.get('variance') as Value], { ...feeds, x: image })
    for (const channel of [0, 1, 2]) {
      const values = Array.from(image.data).filter((_, i) => Math.floor(i / 4) % 3 === channel)
      const average = values.reduce((sum, value) => sum + value, 0) / 16
      const unbiased = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / 15
      expect(mean?.data[channel]).toBeCloseTo(0.9 * ([0.5, 0, 0][channel] ?? 0) + 0.1 * average, 6)
      expect(variance?.data[channel]).toBeCloseTo(0.9 * (channel + 1) + 0.1 * unbiased, 6)
    }
  })
})

describe('inspectModel', () => {
  it('tells what a file holds', () => {
    const report = inspectModel(readOnnx(tinyBackbone({ size: 32, metadata: { preprocessing: 'unit' } })))
    expect(report).toMatchObject({
      inputs: [{ name: 'image', type: 'float32', shape: ['N', 3, 32, 32] }],
      outputs: [{ name: 'feature', type: 'float32', shape: ['N', 32] }],
      operators: { Conv: 3, BatchNormalization: 3, Relu: 3, GlobalAveragePool: 1, Flatten: 1 },
      parameters: 27 * 8 + 72 * 16 + 144 * 32 + 4 * (8 + 16 + 32),
      trainable: true,
      problems: [],
      opset: 17,
      metadata: { preprocessing: 'unit' },
      backbone: { imageSize: [32, 32], width: 32, macs: 27 * 8 * 256 + 72 * 16 * 64 + 144 * 32 * 16 },
    })
  })

  it('tells why a file cannot be trained', () => {
    const b = new OnnxBuilder()
    b.input('x', { dtype: 'float32', shape: ['N', 7] })
    b.output(b.node('Relu', ['x']), { dtype: 'float32' })
    const { trainable, problems, backbone } = inspectModel(readOnnx(b.serialise()))
    expect([trainable, backbone]).toEqual([false, null])
    expect(problems).toEqual([expect.stringContaining('no image input')])
  })
})
