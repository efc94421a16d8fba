// The exports of a project: which there are, and what lies in their folders.
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { z } from 'zod'
import { wayBelow } from '../../../node/inside.ts'
import { parity } from '../../../shared/contract/task-results.ts'
import { getJson, putJson } from '../../storage/values.ts'
import type { OpenProject } from '../context.ts'

const key = 'exports'
const exported = z.array(
  z.object({
    /** Relative to the project where it lies in it: it moves with it. */
    folder: z.string(),
    run: z.string(),
    format: z.string(),
    at: z.iso.datetime(),
    /** Absent in what an older version has written. */
    parity: parity.default(null),
  }),
)
/** `folder` is absolute. */
export type Exported = z.output<typeof exported>[number]
type Place = Pick<OpenProject, 'db' | 'folder'>

/** Latest first; those whose folders are not there now are left out. */
export function rememberedExports(project: Place): Exported[] {
  return allExports(project).filter(({ folder }) => existsSync(folder))
}

export function rememberExport(project: Place, one: Exported): void {
  const { db, folder: home } = project
  db.transaction(() => {
    const all = [one, ...allExports(project).filter(({ folder }) => folder !== one.folder)]
    putJson(
      db,
      key,
      all.map((each) => ({ ...each, folder: wayBelow(home, each.folder) ?? each.folder })),
    )
  })
}

function allExports({ db, folder: home }: Place): Exported[] {
  return (getJson(db, key, exported) ?? []).map((one) => ({ ...one, folder: placeOf(home, one.folder) }))
}

/** Older versions wrote down whole paths; their project may have moved since. */
function placeOf(home: string, folder: string): string {
  if (!isAbsolute(folder)) return join(home, folder)
  const [parent, name = ''] = folder.split(sep).slice(-2)
  const inside = join(home, 'exports', name)
  return parent === 'exports' && !existsSync(folder) && existsSync(inside) ? inside : folder
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
