// Files of weights without a graph: safetensors and what torch.save writes. Those of a ResNet become an ONNX file.
import { open, readFile, stat } from 'node:fs/promises'
import { readSafetensors, SafetensorsError } from '../../core/tensor/safetensors.ts'
import type { HostTensor, Shape } from '../../core/tensor/tensor.ts'
import { WeightsError } from '../../core/weights/errors.ts'
import type { StoredTensor } from '../../core/weights/pickle-globals.ts'
import { planResNet } from '../../core/weights/resnet-plan.ts'
import { writeResNet } from '../../core/weights/resnet.ts'
import { prefixOf, stateDictOf } from '../../core/weights/state-dict.ts'
import { floatTensor, isLegacyTorch, readLegacyTorch } from '../../core/weights/torch-file.ts'
import { fileError } from '../../node/file-error.ts'
import { AppError } from '../../shared/errors.ts'
import { readTorchZip } from './torch-zip.ts'

export type WeightsFormat = 'safetensors' | 'pytorch'

export interface ConvertedWeights {
  /** E.g. `ResNet-50`. */
  readonly architecture: string
  /** What stood before the names, e.g. `module.encoder_q.`. */
  readonly prefix: string
  /** Tensors under that prefix that the network does not need: heads, counters. */
  readonly leftOut: readonly string[]
  readonly onnx: Uint8Array<ArrayBuffer>
}

/** Largest file: what a buffer can hold in one piece everywhere. */
const largest = 2 * 2 ** 30 - 1

/** Told by the first bytes; null for what is neither, e.g. an ONNX file. @throws AppError as the file system says */
export async function weightsFormat(path: string): Promise<WeightsFormat | null> {
  const start = await startOf(path)
  if (start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4) return 'pytorch'
  if (isLegacyTorch(start)) return 'pytorch'
  // The length of a header, then the header, which is JSON.
  const length = start.length >= 10 ? start.readBigUInt64LE(0) : 0n
  return length > 1n && length < 2n ** 32n && start[8] === 0x7b ? 'safetensors' : null
}

/** A ResNet from its weights. @throws AppError 'bad-model' naming the file and what is wrong; as the file system says */
export async function convertWeights(path: string, format: WeightsFormat): Promise<ConvertedWeights> {
  try {
    const { size } = await stat(path)
    if (size > largest) throw new WeightsError(`expected less than 2 GiB, found ${(size / 2 ** 30).toFixed(2)} GiB`)
    const bytes = await readFile(path)
    return format === 'safetensors' ? await fromSafetensors(bytes) : await fromTorch(bytes)
  } catch (error) {
    if (error instanceof WeightsError || error instanceof SafetensorsError)
      throw new AppError('bad-model', `${path}: ${error.message}`, { details: { path }, cause: error.cause })
    throw fileError(error, 'read', path) ?? error
  }
}

async function startOf(path: string): Promise<Buffer> {
  try {
    const file = await open(path)
    try {
      const start = Buffer.alloc(16)
      const { bytesRead } = await file.read(start, 0, start.length, 0)
      return start.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw fileError(error, 'read', path) ?? error
  }
}

async function fromSafetensors(bytes: Uint8Array): Promise<ConvertedWeights> {
  const { tensors } = readSafetensors(bytes)
  const shapes = new Map(Object.entries(tensors).map(([name, { shape }]) => [name, shape]))
  return convert(shapes, (name) => Promise.resolve(asFloat(name, tensors[name])))
}

async function fromTorch(bytes: Buffer): Promise<ConvertedWeights> {
  const file = isLegacyTorch(bytes) ? readLegacyTorch(bytes) : await readTorchZip(bytes)
  const stored = stateDictOf(file.value)
  const shapes = new Map([...stored].map(([name, { shape }]) => [name, shape]))
  return convert(shapes, (name) => floatTensor(file, name, known(stored, name)))
}

function known(stored: ReadonlyMap<string, StoredTensor>, name: string): StoredTensor {
  const found = stored.get(name)
  if (!found) throw new WeightsError(`tensor ${name}: expected it in the file, found none`)
  return found
}

async function convert(shapes: ReadonlyMap<string, Shape>, read: (name: string) => Promise<HostTensor>): Promise<ConvertedWeights> {
  const prefix = prefixOf(shapes.keys())
  const own = new Map([...shapes].filter(([name]) => name.startsWith(prefix)).map(([name, shape]) => [name.slice(prefix.length), shape]))
  const plan = planResNet(own)
  const leftOut = new Set(plan.leftOut)
  const weights = new Map<string, HostTensor>()
  for (const name of own.keys()) if (!leftOut.has(name)) weights.set(name, await read(prefix + name))
  const onnx = writeResNet(plan, (name) => {
    const weight = weights.get(name)
    if (!weight) throw new WeightsError(`tensor ${prefix}${name}: expected it in the file, found none`)
    return weight
  })
  return { architecture: plan.title, prefix, leftOut: plan.leftOut, onnx }
}

function asFloat(name: string, tensor: HostTensor | undefined): HostTensor {
  if (tensor?.dtype === 'float32') return tensor
  if (tensor?.dtype === 'float64') return { dtype: 'float32', shape: tensor.shape, data: Float32Array.from(tensor.data as Float64Array) }
  throw new WeightsError(`tensor ${name}: expected real numbers, found ${tensor?.dtype ?? 'none'}`)
}
