// What the interface needs of where it runs: a browser before a server, or the desktop window. `main.ts` says which.
import type { ImageRow } from '../../shared/contract/images.ts'
import type { Api } from '../../shared/contract/index.ts'
import type { DesktopApi, Wish } from '../../shared/desktop.ts'
import type { Connection } from '../../shared/transport/connection.ts'

/** Pixels of the longer side at most; `full` = the file itself. */
export type PictureSize = 128 | 256 | 512 | 1024 | 2048

export interface Upload {
  /** Where the file lies for the services. */
  readonly file: string
  /** The folder of its batch. */
  readonly folder: string
}

export interface Platform {
  readonly connection: Connection
  imageAddress(project: string, image: Pick<ImageRow, 'id' | 'version'>, size: PictureSize | 'full'): string
  /** Of a predicted file. @param index in its task */
  predictionAddress(project: string, task: string, index: number, size: PictureSize): string
  /** To save an exported file with. @param folder of the export @param file null = all of it in one archive */
  exportAddress(project: string, folder: string, file: string | null): string
  /** Hands a file over to the services where they cannot reach it. @param path relative, below the batch's folder */
  upload(project: string, batch: string, path: string, blob: Blob, signal: AbortSignal): Promise<Upload>
  /** Something begins that the end of the page would cut off: who leaves is asked first. @returns to be called when it is over */
  hold(): () => void
  /** The path of a dropped file, or null where the browser keeps it to itself. */
  pathOf(file: File): string | null
  /** What only the desktop window has; null in browsers. */
  readonly desktop: Desktop | null
}

export interface Desktop {
  /** The system's dialogs, the log, newer releases. */
  readonly api: DesktopApi
  /** Told what menus and the system wish. @returns a function that ends it */
  onWish(listener: (wish: Wish) => void): () => void
}

let platform: Platform | null = null

export function setPlatform(one: Platform): void {
  platform = one
}

export function usePlatform(): Platform {
  if (!platform) throw new Error('setPlatform comes first: see main.ts')
  return platform
}

export function useApi(): Api {
  return usePlatform().connection.api
}
