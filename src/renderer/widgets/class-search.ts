// Classes by what a person types of their names.

interface Named {
  readonly name: string
}

/** Equal for names that the services take for the same. */
function nameKey(name: string): string {
  return name.normalize('NFC').trim().toUpperCase().toLowerCase()
}

/** Classes with all words of the text in their names: the one that is called so first, then those that begin so, then those with a word that does. */
export function findClasses<One extends Named>(classes: readonly One[], text: string): One[] {
  const wanted = nameKey(text)
  const words = wanted.split(/\s+/)
  const rank = (name: string): number => {
    if (name === wanted) return 0
    if (name.startsWith(wanted)) return 1
    return name.split(/[^\p{L}\p{N}]+/u).some((part) => part.startsWith(words[0] ?? '')) ? 2 : 3
  }
  return classes
    .map((one) => ({ one, key: nameKey(one.name) }))
    .filter(({ key }) => words.every((word) => key.includes(word)))
    .map(({ one, key }) => ({ one, rank: rank(key) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one)
}

/** The text as a name that no class has; null where there is one, or no text. */
export function newName(classes: readonly Named[], text: string): string | null {
  const name = text.trim()
  return name === '' || classes.some((one) => nameKey(one.name) === nameKey(name)) ? null : name
}
