// Service `exports`: a run's model as files to take away.
import { isAbsolute, join } from 'node:path'
import { existsSync } from 'node:fs'
import { z } from 'zod'
import type { Handlers } from '../../../shared/contract/index.ts'
import { AppError } from '../../../shared/errors.ts'
import { getJson, putJson } from '../../storage/values.ts'
import type { OpenProject, Studio } from '../context.ts'
import { requireModel } from '../predictions/models.ts'
import { requireFree, writeExport } from './write.ts'

const formats = [
  {
    id: 'onnx',
    title: 'ONNX',
    help: 'One file that takes images as they are; runs with ONNX Runtime in Python, JavaScript, C++, C#, Java and on phones.',
    problem: null,
  },
]

const key = 'exports'
const exported = z.array(z.object({ folder: z.string(), run: z.string(), format: z.string(), at: z.iso.datetime() }))
type Exported = z.infer<typeof exported>

export function exports(studio: Studio): Handlers['exports'] {
  return {
    formats: () => ({ formats }),
    export: async ({ project: id, run, format, to }) => {
      const project = studio.projects.get(id)
      const trained = requireModel(project, run)
      if (!formats.some((known) => known.id === format))
        throw new AppError('bad-option', `format: expected one of ${formats.map((known) => known.id).join(', ')}, found ${format}`)
      if (to !== undefined && !isAbsolute(to)) throw new AppError('bad-option', `to: expected an absolute path, found ${to}`)
      const folder = to ?? freeFolder(project, trained.run.name)
      await requireFree(folder)
      return studio.tasks.start({ kind: 'export', project: id, subject: folder }, async ({ signal }) => {
        const written = await writeExport(studio, project, trained, folder, signal)
        remember(project, { folder, run, format, at: new Date().toISOString() })
        studio.events.emit('exports.changed', { project: id })
        return { kind: 'export', folder, ...written }
      })
    },
    list: ({ project: id }) => ({ exports: remembered(studio.projects.get(id)).filter(({ folder }) => existsSync(folder)) }),
  }
}

/** A name that people and file systems can read. */
function freeFolder(project: OpenProject, run: string): string {
  const name = run
    .normalize('NFC')
    .replace(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  const all = join(project.folder, 'exports')
  for (let i = 1; ; i++) {
    const folder = join(all, `${name || 'model'}${i === 1 ? '' : `-${i}`}`)
    if (!existsSync(folder)) return folder
  }
}

/** Latest first. */
function remembered({ db }: OpenProject): Exported {
  return getJson(db, key, exported) ?? []
}

function remember(project: OpenProject, one: Exported[number]): void {
  project.db.transaction(() => {
    const all = [one, ...remembered(project).filter(({ folder }) => folder !== one.folder)]
    putJson(project.db, key, all)
  })
}
