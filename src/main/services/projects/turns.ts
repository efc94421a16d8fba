// Work that must not overlap, one after the other for each name.

export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Starts the work when all earlier work of that name has ended, however it did. */
  take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve()
    const result = before.then(work, work)
    this.#last.set(name, result)
    const done = (): void => {
      if (this.#last.get(name) === result) this.#last.delete(name)
    }
    result.then(done, done)
    return result
  }
}
