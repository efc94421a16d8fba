// Lists that are longer than what one call may ask for.

/** Items of an answer, at most. */
const most = 10_000

/** The first items of a list, in as many answers as it takes.
 * @param key the list's name in the answer @param wanted how many items; absent = all there are */
export async function readPages<Key extends string, Item>(
  key: Key,
  read: (page: { readonly offset: number; readonly limit: number }) => Promise<Answer<Key, Item>>,
  wanted = Infinity,
): Promise<Answer<Key, Item>> {
  const items: Item[] = []
  for (;;) {
    const answer = await read({ offset: items.length, limit: Math.min(most, wanted - items.length) })
    items.push(...answer[key])
    if (answer[key].length === 0 || items.length >= Math.min(wanted, answer.total)) return { ...answer, [key]: items }
  }
}

type Answer<Key extends string, Item> = Readonly<Record<Key, Item[]>> & { readonly total: number }

/** A list in parts, none of them longer than that. */
export function pieces<Item>(items: readonly Item[], length: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / length) }, (_, i) => items.slice(i * length, (i + 1) * length))
}
