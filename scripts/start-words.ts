// The words of `npm start`: where it is to be shown, what is to be opened, and what the window or the server gets.
import { resolve } from 'node:path'

export interface StartWords {
  /** Without trying a window first. */
  readonly inBrowser: boolean
  /** Changes of the sources are shown at once. */
  readonly isWatching: boolean
  /** Of images or of a project. */
  readonly folder: string | null
  /** Options with their values, as they stand in the words; paths are whole. */
  readonly options: readonly string[]
}

/** Options of `serve`, and of scripts/interface.ts, with how many words follow each. */
const values: Readonly<Record<string, number>> = {
  ...{ '--project': 1, '--port': 1, '--host': 1, '--root': 1, '--token': 1, '--route': 1 },
  '--allow-host': Infinity,
}

/** Those that name a place. */
const paths: readonly string[] = ['--project', '--root']

/** @param given after the program's name @param calledFrom where paths are meant from */
export function startWords(given: readonly string[], calledFrom: string): StartWords {
  const options: string[] = []
  let folder: string | null = null
  let option = ''
  let awaited = 0
  for (const word of given) {
    if (word.startsWith('-')) {
      option = word
      awaited = values[word] ?? 0
      if (word !== '--browser' && word !== '--watch') options.push(word)
    } else if (awaited-- > 0) options.push(paths.includes(option) ? resolve(calledFrom, word) : word)
    else folder = resolve(calledFrom, word)
  }
  return {
    // The window has one page; another one is for its developers.
    inBrowser: given.includes('--browser') || given.includes('--route'),
    isWatching: given.includes('--watch'),
    folder,
    options,
  }
}

/** For Electron: its options have their values in the same word. */
export function windowWords({ folder, options }: StartWords): readonly string[] {
  return [...options.filter((word) => word.startsWith('-') && !(word in values)), ...(folder === null ? [] : [folder])]
}

/** For `serve`. */
export function serveWords({ folder, options }: StartWords): readonly string[] {
  return folder === null ? options : [...options, '--folder', folder]
}
