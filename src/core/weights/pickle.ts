// Reads pickles as PyTorch writes them, as data: no name is imported, nothing is executed. Dictionaries become Maps, tuples and lists
// arrays, tensors descriptions of where their numbers lie. (The instructions: CPython, Lib/pickletools.py.)
import { WeightsError } from './errors.ts'
import { call, globalOf, storageOf } from './pickle-globals.ts'
import type { Storage } from './pickle-globals.ts'
import { PickleReader } from './pickle-reader.ts'

const mark = Symbol('mark')

export interface Unpickled {
  readonly value: unknown
  /** All that it speaks of, by key. */
  readonly storages: ReadonlyMap<string, Storage>
  /** Where the next pickle begins. */
  readonly end: number
}

/** @throws WeightsError if it is no whole pickle, or asks for anything but tensors, dictionaries, lists, numbers and texts */
export function readPickle(bytes: Uint8Array, position = 0): Unpickled {
  return new Machine(new PickleReader(bytes, position)).run()
}

type Instruction = (machine: Machine) => void

/** A stack machine: every instruction takes from the stack and puts on it. */
class Machine {
  readonly reader: PickleReader
  readonly stack: unknown[] = []
  readonly memo = new Map<number, unknown>()
  readonly storages = new Map<string, Storage>()

  constructor(reader: PickleReader) {
    this.reader = reader
  }

  run(): Unpickled {
    for (;;) {
      const code = this.reader.uint8()
      if (code === 0x2e) return { value: this.pop(), storages: this.storages, end: this.reader.position }
      const instruction = instructions.get(code)
      if (!instruction)
        throw new WeightsError(`pickle: expected an instruction at byte ${this.reader.position - 1}, found 0x${code.toString(16)}`)
      instruction(this)
    }
  }

  push(value: unknown): void {
    this.stack.push(value)
  }

  pop(): unknown {
    if (this.stack.length === 0) throw new WeightsError('pickle: expected a value on the stack, found none')
    return this.stack.pop()
  }

  top(): unknown {
    if (this.stack.length === 0) throw new WeightsError('pickle: expected a value on the stack, found none')
    return this.stack.at(-1)
  }

  /** What lies above the last mark; takes both off. */
  popMark(): unknown[] {
    const at = this.stack.lastIndexOf(mark)
    if (at < 0) throw new WeightsError('pickle: expected a mark on the stack, found none')
    return this.stack.splice(at).slice(1)
  }

  tuple(size: number): void {
    const items = Array.from({ length: size }, () => this.pop())
    this.push(items.reverse())
  }

  recall(index: number): void {
    if (!this.memo.has(index)) throw new WeightsError(`pickle: expected value ${index} to be known, found none`)
    this.push(this.memo.get(index))
  }

  /** Pairs into the dictionary below them. */
  set(pairs: readonly unknown[]): void {
    const target = this.top()
    if (!(target instanceof Map)) throw new WeightsError('pickle: expected a dictionary to fill, found something else')
    for (let i = 0; i + 1 < pairs.length; i += 2) target.set(pairs[i], pairs[i + 1])
  }

  append(items: readonly unknown[]): void {
    const target = this.top()
    if (!Array.isArray(target)) throw new WeightsError('pickle: expected a list to fill, found something else')
    for (const item of items) target.push(item)
  }

  reduce(): void {
    const args = this.pop()
    this.push(call(this.pop(), args))
  }

  /** A persistent id: numbers that lie outside the pickle. */
  stored(): void {
    const storage = storageOf(this.pop())
    const known = this.storages.get(storage.key)
    if (known && (known.type !== storage.type || known.size !== storage.size))
      throw new WeightsError(`pickle: storage ${storage.key}: expected ${known.size} ${known.type}, found ${storage.size} ${storage.type}`)
    this.storages.set(storage.key, known ?? storage)
    this.push(known ?? storage)
  }

  named(): void {
    const [name, module] = [this.pop(), this.pop()]
    if (typeof name !== 'string' || typeof module !== 'string') throw new WeightsError('pickle: expected a name, found something else')
    this.push(globalOf(module, name))
  }
}

const letters: readonly (readonly [string, Instruction])[] = [
  ['(', (m) => m.push(mark)],
  ['0', (m) => void m.pop()],
  ['1', (m) => void m.popMark()],
  ['2', (m) => m.push(m.top())],
  ['N', (m) => m.push(null)],
  ['}', (m) => m.push(new Map())],
  [']', (m) => m.push([])],
  [')', (m) => m.push([])],
  ['d', (m) => fill(m, m.popMark())],
  ['l', (m) => m.push(m.popMark())],
  ['t', (m) => m.push(m.popMark())],
  ['K', (m) => m.push(m.reader.uint8())],
  ['M', (m) => m.push(m.reader.uint16())],
  ['J', (m) => m.push(m.reader.int32())],
  ['G', (m) => m.push(m.reader.float64())],
  ['X', (m) => m.push(m.reader.text(m.reader.uint32()))],
  ['U', (m) => m.push(m.reader.text(m.reader.uint8()))],
  ['T', (m) => m.push(m.reader.text(m.reader.uint32()))],
  ['C', (m) => m.push(m.reader.raw(m.reader.uint8()))],
  ['B', (m) => m.push(m.reader.raw(m.reader.uint32()))],
  ['q', (m) => m.memo.set(m.reader.uint8(), m.top())],
  ['r', (m) => m.memo.set(m.reader.uint32(), m.top())],
  ['h', (m) => m.recall(m.reader.uint8())],
  ['j', (m) => m.recall(m.reader.uint32())],
  ['s', (m) => setOne(m)],
  ['u', (m) => m.set(m.popMark())],
  ['a', (m) => appendOne(m)],
  ['e', (m) => m.append(m.popMark())],
  ['R', (m) => m.reduce()],
  ['c', (m) => m.push(globalOf(m.reader.line(), m.reader.line()))],
  ['Q', (m) => m.stored()],
  // Attributes of an object: a state dict's carry versions, a namespace's its settings. None is wanted.
  ['b', (m) => void m.pop()],
]

const instructions: ReadonlyMap<number, Instruction> = new Map<number, Instruction>([
  ...letters.map(([letter, instruction]) => [letter.charCodeAt(0), instruction] as const),
  [0x80, (m) => requireProtocol(m.reader.uint8())],
  // __new__ with arguments.
  [0x81, (m) => m.reduce()],
  [0x85, (m) => m.tuple(1)],
  [0x86, (m) => m.tuple(2)],
  [0x87, (m) => m.tuple(3)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [0x8a, (m) => m.push(m.reader.long(m.reader.uint8()))],
  [0x8b, (m) => m.push(m.reader.long(m.reader.uint32()))],
  [0x8c, (m) => m.push(m.reader.text(m.reader.uint8()))],
  [0x8d, (m) => m.push(m.reader.text(m.reader.count64()))],
  [0x8e, (m) => m.push(m.reader.raw(m.reader.count64()))],
  [0x8f, (m) => m.push([])],
  [0x90, (m) => m.append(m.popMark())],
  [0x91, (m) => m.push(m.popMark())],
  [0x93, (m) => m.named()],
  [0x94, (m) => m.memo.set(m.memo.size, m.top())],
  // A frame: only its length is told.
  [0x95, (m) => void m.reader.count64()],
])

function fill(m: Machine, pairs: readonly unknown[]): void {
  m.push(new Map())
  m.set(pairs)
}

function setOne(m: Machine): void {
  const [value, key] = [m.pop(), m.pop()]
  m.set([key, value])
}

function appendOne(m: Machine): void {
  const value = m.pop()
  m.append([value])
}

function requireProtocol(protocol: number): void {
  if (protocol > 5) throw new WeightsError(`pickle: expected protocol 2 to 5, found ${protocol}`)
}
