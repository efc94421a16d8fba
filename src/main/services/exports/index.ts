// Service `exports`: a run's model as files to take away.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileError } from '../../../node/file-error.ts'
import type { Handlers } from '../../../shared/contract/index.ts'
import { AppError } from '../../../shared/errors.ts'
import type { OpenProject, Studio } from '../context.ts'
import { requireModel } from '../predictions/models.ts'
import { mustBeAbsolute } from '../projects/folder.ts'
import { exportedFiles, rememberedExports, rememberExport } from './remembered.ts'
import { shellSample } from './samples.ts'
import { requireFree, writeExport } from './write.ts'

const formats = [
  {
    id: 'onnx',
    title: 'ONNX',
    help: 'One file that takes images as they are; runs with ONNX Runtime in Python, JavaScript, C++, C#, Java and on phones.',
    problem: null,
  },
]

export function exports(studio: Studio): Handlers['exports'] {
  return {
    formats: () => ({ formats }),
    export: async ({ project: id, run, format, to }) => {
      const project = studio.projects.get(id)
      const trained = requireModel(project, run)
      if (!formats.some((known) => known.id === format))
        throw new AppError('bad-option', `format: expected one of ${formats.map((known) => known.id).join(', ')}, found ${format}`)
      if (to !== undefined) mustBeAbsolute('to', to)
      const folder = to ?? freeFolder(project, trained.run.name)
      await requireFree(folder)
      return studio.tasks.start({ kind: 'export', project: id, subject: folder }, async ({ signal }) => {
        const written = await writeExport(studio, project, trained, folder, signal)
        rememberExport(project, { folder, run, format, at: new Date().toISOString(), parity: written.parity })
        studio.events.emit('exports.changed', { project: id })
        return { kind: 'export', folder, ...written }
      })
    },
    read: async ({ project: id, folder }) => {
      const found = rememberedExports(studio.projects.get(id)).find((one) => one.folder === folder)
      if (!found) throw new AppError('not-found', `${folder}: expected an export of the project, found none`)
      const text = (file: string): Promise<string> =>
        readFile(join(folder, file), 'utf8').catch((error: unknown) => {
          throw fileError(error, 'read', join(folder, file)) ?? error
        })
      const [files, card, python, javascript] = await Promise.all([
        exportedFiles(folder),
        ...['model-card.md', 'predict.py', 'predict.mjs'].map(text),
      ])
      return {
        ...found,
        files,
        card: card ?? '',
        samples: [
          { language: 'python', file: 'predict.py', text: python ?? '' },
          { language: 'javascript', file: 'predict.mjs', text: javascript ?? '' },
          { language: 'shell', file: null, text: shellSample(folder) },
        ],
      }
    },
    list: ({ project: id }) => ({ exports: rememberedExports(studio.projects.get(id)) }),
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
