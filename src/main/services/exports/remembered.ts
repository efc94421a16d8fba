// The exports of a project: which there are, and what lies in their folders.
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { z } from 'zod'
import { parity } from '../../../shared/contract/task-results.ts'
import { getJson, putJson } from '../../storage/values.ts'
import type { OpenProject } from '../context.ts'

const key = 'exports'
const exported = z.array(
  z.object({
    folder: z.string(),
    run: z.string(),
    format: z.string(),
    at: z.iso.datetime(),
    /** Absent in what an older version has written. */
    parity: parity.default(null),
  }),
)
export type Exported = z.output<typeof exported>[number]

/** Latest first; those whose folders have gone are left out. */
export function rememberedExports({ db }: Pick<OpenProject, 'db'>): Exported[] {
  return (getJson(db, key, exported) ?? []).filter(({ folder }) => existsSync(folder))
}

export function rememberExport(project: Pick<OpenProject, 'db'>, one: Exported): void {
  project.db.transaction(() => {
    const all = [one, ...rememberedExports(project).filter(({ folder }) => folder !== one.folder)]
    putJson(project.db, key, all)
  })
}

/** Plain files of an export, its pictures too; paths have forward slashes. */
export async function exportedFiles(folder: string): Promise<{ path: string; bytes: number }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const found = await Promise.all(
    files.map(async (file) => ({ path: relative(folder, file).split(sep).join('/'), bytes: (await stat(file)).size })),
  )
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}
