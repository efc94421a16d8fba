// Counts wrong tokens by address: guessing is hopeless anyway, and this keeps it from being cheap to try.
import { isIPv6 } from 'node:net'

const minute = 60_000
/** Addresses that are remembered; more at a time are an attack, and the oldest are then forgotten. */
const remembered = 10_000

export class TokenLimiter {
  readonly #limit: number
  readonly #now: () => number
  /** Oldest first. */
  readonly #wrong = new Map<string, { readonly since: number; count: number }>()

  /** @param limit wrong tokens a minute @param now milliseconds */
  constructor(limit: number, now: () => number = () => performance.now()) {
    this.#limit = limit
    this.#now = now
  }

  /** Seconds that this address has to wait; 0 = none. */
  wait(address: string): number {
    const entry = this.#wrong.get(network(address))
    const left = entry && entry.count >= this.#limit ? entry.since + minute - this.#now() : 0
    return left > 0 ? Math.ceil(left / 1000) : 0
  }

  wrong(address: string): void {
    const key = network(address)
    const entry = this.#wrong.get(key)
    if (entry && this.#now() - entry.since < minute) {
      entry.count++
      return
    }
    this.#wrong.delete(key)
    this.#wrong.set(key, { since: this.#now(), count: 1 })
    const [oldest] = this.#wrong.keys()
    if (this.#wrong.size > remembered && oldest !== undefined) this.#wrong.delete(oldest)
  }
}

/** One machine may have all addresses of an IPv6 network of 64 bits. */
function network(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address
  const [head = '', tail] = address.split('::')
  const [first, last] = [head, tail ?? ''].map((part) => part.split(':').filter((group) => group !== ''))
  const zeros = new Array<string>(tail === undefined ? 0 : 8 - (first?.length ?? 0) - (last?.length ?? 0)).fill('0')
  return [...(first ?? []), ...zeros, ...(last ?? [])].slice(0, 4).join(':')
}
