// Whole networks: read, and written again, they compute what ONNX Runtime computes on the original file.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { tensor } from '../../../../src/core/tensor/tensor.ts'
import type { HostTensor } from '../../../../src/core/tensor/tensor.ts'
import { normal, relativeDifference, rewritten, runOnnxRuntime, runReference } from './run.ts'
import type { Tensors } from './run.ts'

const fixtures = new URL('../../../fixtures/onnx/', import.meta.url)
const shared = new URL('../../../../../shared/', import.meta.url)
const weights = new URL('data/weights/', shared)
const samples = new URL('data/samples/', shared)
const here = existsSync(weights)
const note = here ? '' : ' (skipped: no ../shared/data/weights on this machine)'

describe("networks as PyTorch's exporters write them", () => {
  const files = readdirSync(fixtures).filter((name) => name.endsWith('.onnx'))

  it.each(files)('%s', async (name) => {
    const file = readFileSync(new URL(name, fixtures))
    const image = normal([3, 3, 32, 32])
    const expected = name.includes('fixed-batch') ? await oneByOne(file, image) : await runOnnxRuntime(file, { image })
    const ours = runReference(file, { image })
    const again = await runOnnxRuntime(rewritten(file, { image }), { image })
    expect(relativeDifference(ours['logits'], expected['logits'])).toBeLessThan(1e-5)
    expect(relativeDifference(again['logits'], expected['logits'])).toBeLessThan(1e-5)
  })
})

/** For a file that takes one image at a time. */
async function oneByOne(file: Uint8Array, image: HostTensor): Promise<Tensors> {
  const [batch = 1, ...rest] = image.shape
  const size = image.data.length / batch
  const rows: number[] = []
  let width = 0
  for (let i = 0; i < batch; i++) {
    const one = { ...image, shape: [1, ...rest], data: image.data.slice(i * size, (i + 1) * size) } as HostTensor
    const { logits } = await runOnnxRuntime(file, { image: one })
    width = logits?.shape[1] ?? 0
    rows.push(...Array.from(logits?.data ?? [], Number))
  }
  return { logits: tensor('float32', [batch, width], rows) }
}

describe.skipIf(!here)(`pre-trained networks${note}`, () => {
  const files = here ? readdirSync(weights).filter((name) => name.endsWith('.onnx')) : []

  it.each(files)('%s', async (name) => {
    const file = readFileSync(new URL(name, weights))
    const size = name.includes('cifar') ? 32 : 224
    const x = { input: normal([2, 3, size, size]) }
    const expected = await runOnnxRuntime(file, x)
    const again = await runOnnxRuntime(rewritten(file, x), x)
    expect(Object.keys(again)).toEqual(Object.keys(expected))
    for (const output of Object.keys(expected)) expect(relativeDifference(again[output], expected[output]), output).toBeLessThan(1e-4)
    if (size > 32) return
    const ours = runReference(file, x)
    for (const output of Object.keys(expected)) expect(relativeDifference(ours[output], expected[output]), output).toBeLessThan(1e-4)
  })

  it('SqueezeNet gives its reference output', async () => {
    const file = readFileSync(new URL('squeezenet1_1_imnet.onnx', weights))
    for (const i of [0, 1, 2]) {
      const input = readNpy(new URL(`squeezenet1_1_reference/${i}/input_0.npy`, weights))
      const expected = readNpy(new URL(`squeezenet1_1_reference/${i}/output_0.npy`, weights))
      const { logits } = await runOnnxRuntime(rewritten(file, { input }), { input })
      const flat = logits && ({ ...logits, shape: expected.shape } as HostTensor)
      expect(relativeDifference(flat, expected)).toBeLessThan(1e-4)
    }
  })

  it('MobileNetV2 and SqueezeNet know the sample photos', async () => {
    const photos = readdirSync(samples).filter((_, i) => i % 2 === 0)
    const labels = readFileSync(new URL('imagenet_labels.txt', weights), 'utf8').trim().split('\n')
    const share = async (name: string, offset: number, normalise: (value: number, channel: number) => number): Promise<number> => {
      const file = readFileSync(new URL(name, weights))
      const input = await batchOf(photos, normalise)
      const { logits } = await runOnnxRuntime(rewritten(file, { input }), { input })
      const classes = logits?.shape[1] ?? 0
      const right = photos.filter((photo, i) => {
        const row = Array.from((logits?.data as Float32Array).subarray(i * classes, (i + 1) * classes))
        const best = labels[row.indexOf(Math.max(...row)) + offset] ?? ''
        const truth = photo.replace(/^n\d+_|\.jpg$/g, '').replaceAll('_', ' ')
        return best.toLowerCase().includes(truth.toLowerCase())
      })
      return right.length / photos.length
    }
    const deviations = [0.229, 0.224, 0.225]
    const means = [0.485, 0.456, 0.406]
    expect(await share('mobilenet_v2_1.0_224_tf_fp32.onnx', 0, (value) => value / 127.5 - 1)).toBeGreaterThan(0.7)
    const imagenet = (value: number, channel: number): number => (value / 255 - (means[channel] ?? 0)) / (deviations[channel] ?? 1)
    expect(await share('squeezenet1_1_imnet.onnx', 1, imagenet)).toBeGreaterThan(0.5)
  })
})

/** Short side 256, middle 224: [N, 3, 224, 224]. */
async function batchOf(photos: readonly string[], normalise: (value: number, channel: number) => number): Promise<HostTensor> {
  const planes = 3 * 224 * 224
  const all = new Float32Array(photos.length * planes)
  for (const [n, photo] of photos.entries()) {
    const whole = await sharp(readFileSync(new URL(photo, samples)))
      .resize(256, 256, { fit: 'outside' })
      .removeAlpha()
      .toColourspace('srgb')
      .toBuffer()
    const pixels = await sharp(whole).resize(224, 224, { fit: 'cover' }).raw().toBuffer()
    for (let i = 0; i < planes; i++) all[n * planes + (i % 3) * 224 * 224 + Math.floor(i / 3)] = normalise(pixels[i] ?? 0, i % 3)
  }
  return tensor('float32', [photos.length, 3, 224, 224], all)
}

/** NumPy's format, version 1, little-endian float32 in C order. */
function readNpy(url: URL): HostTensor {
  const bytes = readFileSync(url)
  const length = bytes.readUInt16LE(8)
  const header = bytes.toString('latin1', 10, 10 + length)
  const [, extents = ''] = /'shape': \(([^)]*)\)/.exec(header) ?? []
  const shape = extents.split(',').flatMap((text) => (text.trim() === '' ? [] : [Number(text)]))
  if (!header.includes("'<f4'") || !header.includes("'fortran_order': False")) throw new Error(`${url.pathname}: ${header}`)
  return tensor('float32', shape, new Float32Array(new Uint8Array(bytes.subarray(10 + length)).buffer))
}
