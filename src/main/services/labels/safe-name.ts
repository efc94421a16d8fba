// Names of files and folders that every system takes.

/** With any ending. */
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i
/** UTF-8 bytes; file systems take 255, and a counter may follow. */
const longest = 200

/** Without characters, endings and whole names that Windows refuses, and not hidden. May be the same for different names. */
export function safeName(name: string): string {
  const dot = name.lastIndexOf('.')
  const [stem, extension] = dot > 0 && name.length - dot <= 6 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  const plain = stem
    .normalize('NFC')
    // eslint-disable-next-line no-control-regex -- they are what must go
    .replace(/[<>:"/\\|?*\u0000-\u001f\u007f-\u009f]/g, '_')
    .replace(/^\.+/, '_')
  const short = shortened(plain, longest).replace(/[. ]+$/, '')
  const ending = extension.replace(/[^.\p{L}\p{N}]/gu, '_').replace(/\.+$/, '')
  return `${short === '' || reserved.test(short) ? '_' : ''}${short}${ending}`
}

/** Hands out names in one folder, each once: a second `a.jpg` becomes `a (2).jpg`. Upper and lower case are the same. */
export class FreeNames {
  /** Taken ones, with the number that the next of the same name is tried with: many files may be called alike. */
  readonly #taken = new Map<string, number>()

  take(name: string): string {
    const safe = safeName(name)
    const dot = safe.lastIndexOf('.')
    const [stem, ending] = dot > 0 ? [safe.slice(0, dot), safe.slice(dot)] : [safe, '']
    let free = safe
    let next = this.#taken.get(key(safe)) ?? 2
    while (this.#taken.has(key(free))) free = `${stem} (${next++})${ending}`
    this.#taken.set(key(free), 2).set(key(safe), next)
    return free
  }
}

function key(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase()
}

/** Whole characters of a text, at most so many bytes. */
function shortened(text: string, bytes: number): string {
  let result = ''
  let length = 0
  for (const character of text) {
    length += Buffer.byteLength(character)
    if (length > bytes) return result
    result += character
  }
  return result
}
