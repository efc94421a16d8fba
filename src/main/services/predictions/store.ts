// What tasks have predicted, as long as their project is open: for the service, and for the pictures of the files.
import { isAbsolute, relative } from 'node:path'
import { realpath } from 'node:fs/promises'
import { fileError } from '../../../node/file-error.ts'
import { realPathBelow } from '../../../node/inside.ts'
import { AppError } from '../../../shared/errors.ts'
import type { PredictionLine } from '../../../shared/lines.ts'
import type { PredictionFile } from './prediction-file.ts'

export interface PredictionEntry {
  readonly project: string
  readonly run: string
  /** For lists, results and pictures; goes when the project is closed. */
  readonly folder: string
  readonly file: PredictionFile
  /** The folder that was predicted, which its files must not lead out of; null where files were named one by one. */
  readonly root: string | null
}

export class PredictionStore {
  readonly #entries = new Map<string, PredictionEntry>()

  add(task: string, entry: PredictionEntry): void {
    this.#entries.set(task, entry)
  }

  /** @throws AppError 'not-found' where the task is none of the project's predictions */
  get(project: string, task: string): PredictionEntry {
    const entry = this.#entries.get(task)
    if (entry?.project !== project) throw new AppError('not-found', `task ${task}: expected predictions of the project, found none`)
    return entry
  }

  /** Takes a project's entries out. */
  take(project: string): [task: string, entry: PredictionEntry][] {
    const taken = [...this.#entries].filter(([, entry]) => entry.project === project)
    for (const [task] of taken) this.#entries.delete(task)
    return taken
  }

  /** @param index of the line in its task. @throws AppError 'not-found' */
  async line(project: string, task: string, index: number): Promise<PredictionLine> {
    const line = await this.get(project, task).file.at(index)
    if (!line) throw new AppError('not-found', `prediction ${index}: expected one that the task has made, found none`)
    return line
  }

  /** The real path of a predicted file. @throws AppError 'not-found', 'no-access', or 'forbidden' where it leads out of the folder by now */
  async realFile(project: string, task: string, index: number): Promise<string> {
    const { root } = this.get(project, task)
    const { file } = await this.line(project, task, index)
    try {
      if (root === null) return await realpath(file)
      const way = relative(root, file)
      const real = isAbsolute(way) ? null : await realPathBelow(root, way)
      if (real === null) throw new AppError('forbidden', `${file}: expected a file inside ${root}, found a link that leaves it`)
      return real
    } catch (error) {
      throw fileError(error, 'read', file) ?? error
    }
  }
}
