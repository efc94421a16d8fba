// Names of files that people did not have to think of: what it is, and when it was made.

/** Letters with their marks, numbers and dashes alone, which every system takes; a name that is not there yet.
 * @param words e.g. a project's name, and what is in the file; empty ones are left out @returns without an ending */
export function fileNameOf(words: readonly string[], now: Date): string {
  const parts = [now.getFullYear(), now.getMonth() + 1, now.getDate(), now.getHours(), now.getMinutes(), now.getSeconds()]
  const [year, month, day, ...time] = parts.map((part) => String(part).padStart(2, '0'))
  return [...words.map(plain).filter(Boolean), year, month, day, time.join('')].join('-')
}

function plain(words: string): string {
  return words
    .normalize('NFC')
    .replace(/[^\p{Letter}\p{Mark}\p{Number}]+/gu, '-')
    .slice(0, 60)
    .replace(/\p{Surrogate}$/u, '')
    .replace(/^-+|-+$/g, '')
}
