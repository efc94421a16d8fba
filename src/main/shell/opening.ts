// Folders and projects from outside: the command line, the file manager, the list of recent ones, a second start of the application.
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** What one start tells the one that runs already. Both may be different versions. */
const handedOver = z.object({ path: z.string().max(4096).nullable() })
export type HandedOver = z.infer<typeof handedOver>

/** @param words of the command line, after the program's own @param folder in which the words were said */
export function pathOfWords(words: readonly string[], folder: string): string | null {
  // Chromium's and macOS's own words begin with a dash.
  const word = words.findLast((one) => one !== '' && !one.startsWith('-'))
  if (word === undefined) return null
  return /^file:\/\//i.test(word) ? pathOfAddress(word) : resolve(folder, word)
}

/** Of a `file://` address, as Linux's file managers write it; null where it is none of this machine. */
function pathOfAddress(address: string): string | null {
  try {
    return fileURLToPath(address)
  } catch {
    return null
  }
}

/** Of a second start. @param data as it handed over @param words its command line, where it handed nothing over */
export function pathOfSecond(data: unknown, words: readonly string[], folder: string): string | null {
  const { data: given } = handedOver.safeParse(data)
  return given ? given.path : pathOfWords(words.slice(1), folder)
}
