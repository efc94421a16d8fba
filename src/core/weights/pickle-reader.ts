// The bytes of a pickle in order: numbers and texts as its instructions carry them.
import { WeightsError } from './errors.ts'

export class PickleReader {
  readonly bytes: Uint8Array
  readonly #view: DataView
  /** Of the next byte. */
  position: number

  constructor(bytes: Uint8Array, position: number) {
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.position = position
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  /** A length or an offset in eight bytes. */
  count64(): number {
    const value = this.#view.getBigUint64(this.#take(8), true)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new WeightsError(`pickle: expected a length, found ${value}`)
    return Number(value)
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), false)
  }

  /** A whole number in two's complement, least byte first. Those beyond 2^53 occur as marks only and stay bigints. */
  long(length: number): number | bigint {
    const bytes = this.raw(length)
    let value = 0n
    for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0)
    if (length > 0 && (bytes[length - 1] ?? 0) >= 0x80) value -= 1n << BigInt(8 * length)
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
  }

  text(length: number): string {
    return new TextDecoder().decode(this.raw(length))
  }

  raw(length: number): Uint8Array {
    const from = this.#take(length)
    return this.bytes.subarray(from, from + length)
  }

  /** Up to the end of the line, which is left out. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position)
    if (end < 0) throw this.#short()
    const text = this.text(end - this.position)
    this.position = end + 1
    return text
  }

  #take(length: number): number {
    const from = this.position
    if (length < 0 || from + length > this.bytes.length) throw this.#short()
    this.position = from + length
    return from
  }

  #short(): WeightsError {
    return new WeightsError(`pickle: expected more than ${this.bytes.length} bytes, found its end: the file is cut short`)
  }
}
