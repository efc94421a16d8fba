// Keeps work in flight ahead of the consumer, in order.

/** Maps items in order, with up to `depth` further results under way while one is consumed. Work that is no longer wanted is dropped. */
export async function* ahead<Item, Result>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<Result>,
  depth: number,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = []
  for (const item of items) {
    const result = work(item)
    // A failure is thrown when its turn comes; until then it must not count as unhandled.
    result.catch(() => undefined)
    underWay.push(result)
    const next = underWay.length > depth ? underWay.shift() : undefined
    if (next) yield await next
  }
  for (const result of underWay) yield await result
}
