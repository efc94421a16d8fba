// What can be shown and saved, by its address: the same over HTTP and for the window.
import type { Asked, Reply } from './asked.ts'
import { exportReply } from './export-route.ts'
import { imageReply } from './image-route.ts'
import type { ImageServices } from './image-route.ts'
import { pageReply } from './page-route.ts'
import { predictionReply } from './prediction-route.ts'
import type { PredictionServices } from './prediction-route.ts'

export interface Sources {
  readonly images: ImageServices & PredictionServices
  /** Folder of the built interface, which need not be there. */
  readonly pages: string
}

/** @returns null where there is nothing at the address @throws AppError where what is there cannot be had */
export async function replyTo({ images, pages }: Sources, asked: Asked): Promise<Reply | null> {
  const { path } = asked
  const [, project, image] = /^\/images\/([^/]{1,100})\/(\d{1,15})$/.exec(path) ?? []
  if (project !== undefined && image !== undefined) return imageReply(images, [project, image], asked)
  const [, of, task, index] = /^\/predictions\/([^/]{1,100})\/([^/]{1,100})\/(\d{1,15})$/.exec(path) ?? []
  if (of !== undefined && task !== undefined && index !== undefined) return predictionReply(images, [of, task, index], asked)
  const [, owner] = /^\/exports\/([^/]{1,100})$/.exec(path) ?? []
  if (owner !== undefined) return exportReply(images.projects, owner, asked)
  return pageReply(pages, asked)
}

/** Project and batch of an address that takes files, or null for another. */
export function uploadPlace(path: string): readonly [project: string, batch: string] | null {
  const [, into, batch] = /^\/uploads\/([^/]{1,100})\/([^/]{1,100})$/.exec(path) ?? []
  return into !== undefined && batch !== undefined ? [into, batch] : null
}
