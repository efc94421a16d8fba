// Labels, classes, splits and their undo against a plain model, over random sequences and restarts, while batches of an import come in.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { imageFilter } from '../../../src/shared/contract/domain.ts'
import type { Selection, Split } from '../../../src/shared/contract/domain.ts'
import { createClass, mergeClasses, reorderClasses, updateClass } from '../../../src/main/services/classes/change.ts'
import { classRows } from '../../../src/main/services/history/class-row.ts'
import { recordAction } from '../../../src/main/services/history/record.ts'
import type { Recorder } from '../../../src/main/services/history/recorder.ts'
import { history, redo, undo } from '../../../src/main/services/history/replay.ts'
import { ImportAction } from '../../../src/main/services/images/import-action.ts'
import { selectionSql } from '../../../src/main/services/images/query.ts'
import { Database } from '../../../src/main/storage/database.ts'
import { EventHub } from '../../../src/main/transport/event-hub.ts'
import { commands, imageCount, step, told, rotated } from './plain-model.ts'
import type { Command, Model } from './plain-model.ts'

const startClasses = ['first', 'second']
/** Images of the first class. */
const labelledAtStart = 3
const root = mkdtempSync(join(tmpdir(), 'label-model-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

class System {
  readonly #file: string
  readonly #studio = { events: new EventHub() }
  #db: Database
  #import: ImportAction | null = null

  constructor(file: string) {
    this.#file = file
    this.#db = new Database(file, { create: true })
    this.#db.transaction(() => {
      this.#db.run("INSERT INTO sources (folder) VALUES ('/images')")
      for (const [i, name] of startClasses.entries())
        this.#db.run("INSERT INTO classes (name, colour, position) VALUES (?, '#000000', ?)", name, i)
      for (let i = 1; i <= imageCount; i++)
        this.#db.run(
          `INSERT INTO images (source, path, bytes, modified_at, format, width, height, state, class, labelled_at, added_at)
          VALUES (1, ?, 1, 0, 'jpeg', 1, 1, 'present', ?, ?, '2026-01-01T00:00:00.000Z')`,
          ...[`${i}.jpg`, i > labelledAtStart ? null : 1, i > labelledAtStart ? null : '2026-02-02T00:00:00.000Z'],
        )
    })
  }

  get db(): Database {
    return this.#db
  }

  do(command: Command, name: string): void {
    const db = this.#db
    const rows = classRows(db)
    const id = (index: number): number => rows[index % rows.length]?.id ?? 0
    const change = (kind: 'assign' | 'split' | 'create-class', work: (recorder: Recorder) => void): void => {
      recordAction(this.#studio, { ...this.#project }, { kind, subject: null }, work)
    }
    const selected = (ids: number[]): ReturnType<typeof selectionSql> => selectionSql({ images: ids })
    const unlabelled: Selection = { filter: imageFilter.parse({ labelled: false }) }
    switch (command.do) {
      case 'assign':
        return change('assign', (recorder) => recorder.label(selected(command.images), id(command.label)))
      case 'assign-unlabelled':
        return change('assign', (recorder) => recorder.label(selectionSql(unlabelled), id(command.label)))
      case 'clear':
        return change('assign', (recorder) => recorder.label(selected(command.images), null))
      case 'exclude':
        return change('split', (recorder) => recorder.exclude(selected(command.images), true))
      case 'include':
        return change('split', (recorder) => recorder.exclude({ sql: '1', values: [] }, false))
      case 'split':
        return change('split', (recorder) => recorder.split(selected(command.images), command.split))
      case 'create':
        return change('create-class', (recorder) => createClass(db, recorder, { name }))
      case 'rename':
        return change('create-class', (recorder) => updateClass(db, recorder, id(command.label), { name }))
      case 'delete':
        return change('create-class', (recorder) => recorder.removeClass(id(command.label)))
      case 'merge':
        return change('create-class', (recorder) => mergeClasses(db, recorder, [id(command.from)], id(command.into)))
      case 'reorder': {
        const order = rotated(
          rows.map((row) => row.id),
          command.seed,
        )
        return change('create-class', (recorder) => reorderClasses(db, recorder, order))
      }
      case 'batch':
        return this.#batch(command)
      case 'undo':
        return void undo(this.#studio, this.#project)
      case 'redo':
        return void redo(this.#studio, this.#project)
      case 'reopen':
        this.#db.close()
        this.#db = new Database(this.#file)
        this.#import = null
    }
  }

  /** As a scan does that found the images in a folder of a class. */
  #batch({ images, tells, split }: Extract<Command, { do: 'batch' }>): void {
    const action = (this.#import ??= new ImportAction(this.#db, 'folder'))
    this.#db.transaction(() => {
      action.startBatch()
      for (const id of images) {
        const row = this.#db.get<Parameters<ImportAction['apply']>[0]>(
          'SELECT id, class, split, told_class, told_split FROM images WHERE id = ?',
          id,
        )
        if (row) action.apply(row, { path: `${id}.jpg`, class: `told ${tells}`, split })
      }
      action.endBatch()
    })
  }

  get #project(): Parameters<typeof undo>[1] {
    return { id: 'test', folder: root, db: this.#db, touch: () => 1 }
  }

  /** All that undo restores. */
  dump(): string {
    const rows = this.#db.all('SELECT id, class, labelled_at, split, excluded FROM images NOT INDEXED ORDER BY id')
    return JSON.stringify([rows, classRows(this.#db)])
  }

  model(): Model {
    const rows = this.#db.all<{ label: string | null; split: Split | null; excluded: number }>(
      'SELECT name AS label, split, excluded FROM images LEFT JOIN classes ON classes.id = class ORDER BY images.id',
    )
    return {
      images: rows.map(({ excluded, ...row }) => ({ ...row, excluded: excluded === 1 })),
      classes: classRows(this.#db).map(({ name }) => name),
    }
  }

  close(): void {
    this.#db.close()
  }
}

test('every sequence of changes, undo, redo and restarts does what a plain list of states does', () => {
  let run = 0
  fc.assert(
    fc.property(commands, (sequence) => {
      const system = new System(join(root, `${run++}.db`))
      const start: Model = {
        images: Array.from({ length: imageCount }, (_, i) => ({
          label: i < labelledAtStart ? 'first' : null,
          split: null,
          excluded: false,
        })),
        classes: [...startClasses],
      }
      let states = [{ model: start, dump: system.dump() }]
      let at = 0
      /** Of the entry that the import goes on with. */
      let imported = -1
      for (const [i, command] of sequence.entries()) {
        const name = `class ${i}`
        const now = states[at]
        if (!now) throw new Error('no state')
        const next = step(now.model, command, name)
        if (next === null && !['undo', 'redo', 'reopen', 'batch'].includes(command.do)) continue
        if (command.do === 'reopen' || (command.do === 'batch' && !(at === imported && at === states.length - 1))) imported = -1
        system.do(command, name)
        if (command.do === 'undo') at = Math.max(0, at - 1)
        else if (command.do === 'redo') at = Math.min(states.length - 1, at + 1)
        else if (command.do === 'batch') {
          if (system.dump() !== now.dump) {
            if (imported < 0) imported = ++at
            states = [...states.slice(0, at), { model: told(now.model, system.model(), command), dump: system.dump() }]
          }
        } else if (next !== null && JSON.stringify(next) !== JSON.stringify(now.model)) {
          states = [...states.slice(0, at + 1), { model: next, dump: system.dump() }]
          at++
          if (at === imported) imported = -1
        }
        expect(system.model()).toEqual(states[at]?.model)
        // Times of labels, colours, hotkeys and ids too.
        expect(system.dump()).toBe(states[at]?.dump)
        const { actions, total, canUndo, canRedo } = history(system.db, 0, 100)
        expect({ total, done: actions.filter(({ undone }) => !undone).length, canUndo, canRedo }).toEqual({
          total: states.length - 1,
          done: at,
          canUndo: at > 0,
          canRedo: at < states.length - 1,
        })
      }
      expect(system.db.problems()).toEqual([])
      system.close()
    }),
    { numRuns: 50 },
  )
})
