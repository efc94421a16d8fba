// Pickles are read as data: what would run code is refused by name, what is cut short or lies about sizes too.
import { expect, test } from 'vitest'
import { readPickle } from '../../../src/core/weights/pickle.ts'
import { StoredTensor } from '../../../src/core/weights/pickle-globals.ts'

/** Instructions as text with binary numbers in between. */
function pickle(...parts: readonly (string | number)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : [part])))
}

/** ('storage', torch.FloatStorage, key, 'cpu', size), recalled by its persistent id. */
function storage(size: number): (string | number)[] {
  return ['(', 'X', 7, 0, 0, 0, 'storage', 'ctorch\nFloatStorage\n', 'X', 1, 0, 0, 0, '0', 'X', 3, 0, 0, 0, 'cpu', 'K', size, 'tQ']
}

function tensor(size: number, offset: number, shape: readonly number[], strides: readonly number[]): Uint8Array {
  const numbers = (values: readonly number[]): (string | number)[] => ['(', ...values.flatMap((value) => ['K', value]), 't']
  const rest = ['K', offset, ...numbers(shape), ...numbers(strides), 0x89, 'ccollections\nOrderedDict\n', ')R', 'tR.']
  return pickle(0x80, 2, 'ctorch._utils\n_rebuild_tensor_v2\n(', ...storage(size), ...rest)
}

test.each([
  ['os.system', pickle(0x80, 2, 'cos\nsystem\n(X', 2, 0, 0, 0, 'ls', 'tR.')],
  ['builtins.eval', pickle(0x80, 2, 'c__builtin__\neval\n(X', 1, 0, 0, 0, '1', 'tR.')],
  ['builtins.getattr', pickle(0x80, 4, 0x8c, 8, 'builtins', 0x8c, 7, 'getattr', 0x93, '.')],
  ['torch.hub.load', pickle(0x80, 2, 'ctorch.hub\nload\n.')],
  ['collections.constructor', pickle(0x80, 2, 'ccollections\nconstructor\n.')],
])('%s is refused by its name', (name, bytes) => {
  expect(() => readPickle(bytes)).toThrow(`the file asks for ${name}, which is code`)
})

test('a tensor is described, not made; it has to lie inside its storage', () => {
  const { value, storages } = readPickle(tensor(6, 0, [2, 3], [3, 1]))
  expect(value).toBeInstanceOf(StoredTensor)
  expect(value).toMatchObject({ offset: 0, shape: [2, 3], strides: [3, 1], storage: { type: 'float32', key: '0', size: 6 } })
  expect([...storages.keys()]).toEqual(['0'])
  expect(() => readPickle(tensor(6, 1, [2, 3], [3, 1]))).toThrow('found one that ends at 7')
  // A view that repeats one number would make a small file fill all memory.
  expect(() => readPickle(tensor(1, 0, [200, 200, 200], [0, 0, 0]))).toThrow('found [200, 200, 200]')
})

test('what is no pickle, or no whole one, is refused', () => {
  const whole = tensor(6, 0, [2, 3], [3, 1])
  for (let length = 0; length < whole.length; length++) expect(() => readPickle(whole.subarray(0, length))).toThrow(/pickle|asks for/)
  expect(() => readPickle(pickle('R.'))).toThrow('expected a value on the stack')
  expect(() => readPickle(pickle('h', 3, '.'))).toThrow('value 3')
  expect(() => readPickle(pickle(0xff))).toThrow('expected an instruction at byte 0, found 0xff')
  expect(() => readPickle(pickle('I1\n.'))).toThrow('found 0x49')
  expect(() => readPickle(pickle('NNR.'))).toThrow('expected a call')
})
