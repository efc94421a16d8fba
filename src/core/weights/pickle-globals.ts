// The names that a pickle of weights may call, and what each stands for here: descriptions, never code. Everything else is refused by name.
import { WeightsError } from './errors.ts'

/** How the numbers of a storage lie in the file. */
export type StoredType = 'float32' | 'float64' | 'float16' | 'bfloat16' | 'int64' | 'int32' | 'int16' | 'int8' | 'uint8' | 'bool'

/** A run of numbers in the file. */
export class Storage {
  readonly type: StoredType
  /** Its name among the file's storages. */
  readonly key: string
  /** How many numbers. */
  readonly size: number

  constructor(type: StoredType, key: string, size: number) {
    this.type = type
    this.key = key
    this.size = size
  }
}

/** A tensor as a view of a storage; extents and strides count numbers. */
export class StoredTensor {
  readonly storage: Storage
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage
    this.offset = offset
    this.shape = shape
    this.strides = strides
  }
}

/** A name of the pickle that was looked up. */
export class Global {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

const storages: Readonly<Record<string, StoredType>> = {
  'torch.FloatStorage': 'float32',
  'torch.DoubleStorage': 'float64',
  'torch.HalfStorage': 'float16',
  'torch.BFloat16Storage': 'bfloat16',
  'torch.LongStorage': 'int64',
  'torch.IntStorage': 'int32',
  'torch.ShortStorage': 'int16',
  'torch.CharStorage': 'int8',
  'torch.ByteStorage': 'uint8',
  'torch.BoolStorage': 'bool',
}

const calls: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
  'collections.OrderedDict': () => new Map<unknown, unknown>(),
  'collections.defaultdict': () => new Map<unknown, unknown>(),
  'torch._utils._rebuild_tensor': ([storage, offset, shape, strides]) => tensorOf(storage, offset, shape, strides),
  'torch._utils._rebuild_tensor_v2': ([storage, offset, shape, strides]) => tensorOf(storage, offset, shape, strides),
  'torch._utils._rebuild_parameter': ([tensor]) => tensor,
  'torch.Size': ([extents]) => extents,
  'torch.device': () => null,
  'argparse.Namespace': () => new Map<unknown, unknown>(),
  'types.SimpleNamespace': () => new Map<unknown, unknown>(),
  'builtins.set': () => [],
}
/** Names that are only mentioned, e.g. the kind of an empty dictionary's values. */
const mentioned = new Set([
  'torch.float32',
  'torch.float64',
  'torch.float16',
  'torch.bfloat16',
  'builtins.int',
  'builtins.list',
  'builtins.dict',
])

/** @throws WeightsError naming what the file asks for, if it is not on the list */
export function globalOf(module: string, name: string): Global {
  const full = `${module.replace(/^__builtin__$/, 'builtins')}.${name}`
  if (Object.hasOwn(storages, full) || Object.hasOwn(calls, full) || mentioned.has(full)) return new Global(full)
  const shown = full.replace(/\p{C}/gu, '?').slice(0, 200)
  throw new WeightsError(
    `the file asks for ${shown}, which is code: expected tensors by name alone; save the network's state dict, as torch.save(model.state_dict(), file) does`,
  )
}

export function call(callee: unknown, args: unknown): unknown {
  const make = callee instanceof Global && Object.hasOwn(calls, callee.name) ? calls[callee.name] : undefined
  if (!make || !Array.isArray(args))
    throw new WeightsError(`pickle: expected a call that makes a tensor or a dictionary, found another one`)
  return make(args as readonly unknown[])
}

/** What a persistent id stands for: ('storage', type, key, device, size), and before PyTorch 1.6 a part of another storage, which nobody wrote. */
export function storageOf(id: unknown): Storage {
  const [kind, type, key, , size, part = null] = Array.isArray(id) ? (id as readonly unknown[]) : []
  const stored = type instanceof Global && Object.hasOwn(storages, type.name) ? storages[type.name] : undefined
  if (kind !== 'storage' || !stored || typeof key !== 'string' || !isCount(size) || part !== null)
    throw new WeightsError('pickle: expected a storage with its type, key and size, found something else')
  return new Storage(stored, key, size)
}

function tensorOf(storage: unknown, offset: unknown, shape: unknown, strides: unknown): StoredTensor {
  if (!(storage instanceof Storage) || !isCount(offset) || !isCounts(shape) || !isCounts(strides) || shape.length !== strides.length)
    throw new WeightsError('pickle: expected a tensor of a storage with offset, extents and strides, found something else')
  const empty = shape.includes(0)
  const last = shape.reduce((sum, extent, axis) => sum + (extent - 1) * (strides[axis] ?? 0), offset)
  if (!empty && last >= storage.size)
    throw new WeightsError(`pickle: expected a tensor inside its storage of ${storage.size} numbers, found one that ends at ${last + 1}`)
  // Whoever copies such a view out has to hold it: strides of 0 would make a small file fill all memory.
  const size = shape.reduce((product, extent) => product * extent, 1)
  if (size > storage.size)
    throw new WeightsError(`pickle: expected at most the ${storage.size} numbers of its storage in a tensor, found [${shape.join(', ')}]`)
  return new StoredTensor(storage, offset, shape, strides)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(isCount)
}
