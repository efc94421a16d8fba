// Labels at size: assigning, undoing, listing, filtering and counting in a project of many images. `node bench/labels.ts [images]`
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Random } from '../src/core/tensor/random.ts'
import { recordAction } from '../src/main/services/history/record.ts'
import { redo, undo } from '../src/main/services/history/replay.ts'
import { countImages, imageIds, selectionSql } from '../src/main/services/images/query.ts'
import { readRows } from '../src/main/services/images/rows.ts'
import { drawSplits } from '../src/main/services/splits/draw.ts'
import { overview } from '../src/main/services/splits/overview.ts'
import { readDrawImages } from '../src/main/services/splits/read-images.ts'
import { Database } from '../src/main/storage/database.ts'
import { EventHub } from '../src/main/transport/event-hub.ts'
import { imageFilter, imageOrder } from '../src/shared/contract/domain.ts'
import { median } from './statistics.ts'

const images = Number(process.argv[2] ?? 100_000)
const classes = 50
const page = 200
const repeats = 5

const filters = {
  none: {},
  'one class': { classes: [7] },
  '20 classes': { classes: Array.from({ length: 20 }, (_, i) => 2 * i + 1) },
  labelled: { labelled: true },
  unlabelled: { labelled: false },
  train: { split: 'train' },
  'no split': { split: null },
  missing: { state: 'missing' },
  'text, few': { text: 'img_0012' },
  'text, none': { text: 'no such' },
  'text, non-ASCII': { text: 'ähre' },
  suggested: { suggested: true },
  'not suggested': { suggested: false },
  'suggested classes': { suggestedClasses: [3, 4] },
  confident: { confidence: { from: 0.5 } },
  disagreement: { disagreement: true },
  duplicate: { duplicate: true },
  'no duplicate': { duplicate: false },
  'five at once': { labelled: false, suggested: true, confidence: { from: 0.2, to: 0.9 }, text: 'img', state: 'present' },
}

const folder = mkdtempSync(join(tmpdir(), 'bench-labels-'))
try {
  run(generate(new Database(join(folder, 'project.db'), { create: true })))
} finally {
  rmSync(folder, { recursive: true })
}

/** Half of the images are labelled, 40 % have a suggestion, 5 % a twin, 2 % are excluded, 2 % missing. */
function generate(db: Database): Database {
  const random = new Random(1)
  const hashes: Uint8Array[] = []
  const time = (ms: number): string => new Date(1.7e12 + ms).toISOString()
  db.transaction(() => {
    db.run("INSERT INTO sources (id, folder) VALUES (1, '/images')")
    for (let id = 1; id <= classes; id++)
      db.run("INSERT INTO classes (id, name, colour, position) VALUES (?, ?, '#2277dd', ?)", id, `species ${id}`, id)
    for (let id = 1; id <= images; id++) {
      const hash = (random.uniform() < 0.05 && hashes[random.integer(hashes.length)]) || randomBytes(32)
      hashes.push(hash)
      const kind = 1 + Math.floor(((id - 1) * classes) / images)
      const isLabelled = random.uniform() < 0.5
      db.run(
        `INSERT INTO images (id, source, path, hash, bytes, modified_at, format, width, height, state, excluded, class, labelled_at, split, added_at)
        VALUES (?, 1, ?, ?, ?, ?, 'jpeg', 640, 480, ?, ?, ?, ?, ?, ?)`,
        id,
        `train/species_${String(kind).padStart(3, '0')}/IMG_${String(id).padStart(6, '0')}_camera.jpg`,
        hash,
        100_000 + random.integer(1e6),
        1.7e12 + id,
        random.uniform() < 0.98 ? 'present' : 'missing',
        random.uniform() < 0.02 ? 1 : 0,
        isLabelled ? kind : null,
        isLabelled ? time(random.integer(1e9)) : null,
        isLabelled ? (['train', 'validation', 'test', null][random.integer(4)] ?? null) : null,
        time(Math.floor(id / 1000) * 1000),
      )
    }
    for (let id = 1; id <= images; id++) {
      if (random.uniform() >= 0.4) continue
      const [kind, confidence] = [1 + random.integer(classes), random.uniform()]
      const others = JSON.stringify(Array.from({ length: 5 }, (_, i) => [1 + ((kind - 1 + i) % classes), i === 0 ? confidence : 0.01]))
      db.run('INSERT INTO suggestions VALUES (?, ?, ?, ?, ?)', id, kind, confidence, random.uniform(), others)
    }
  })
  return db
}

interface Time {
  /** Milliseconds, medians: what a user waits, and what the processor worked (others may have it too). */
  readonly wall: number
  readonly cpu: number
}

function measure(work: () => unknown): Time {
  const times = Array.from({ length: repeats }, () => {
    const cpu = process.cpuUsage()
    const start = performance.now()
    work()
    const wall = performance.now() - start
    const { user, system } = process.cpuUsage(cpu)
    return { wall, cpu: (user + system) / 1000 }
  })
  return medianTime(times)
}

const medianTime = (times: readonly Time[]): Time => ({ wall: median(times.map(({ wall }) => wall)), cpu: median(times.map(({ cpu }) => cpu)) }) // prettier-ignore

function run(db: Database): void {
  const project = { id: 'bench', folder, db, touch: () => 1 }
  const studio = { events: new EventHub() }
  const print = (name: string, { wall, cpu }: Time): void =>
    console.log(`${name.padEnd(44)} ${wall.toFixed(1).padStart(8)} ms ${cpu.toFixed(1).padStart(8)} ms CPU`)

  console.log(`\n${images} images, ${classes} classes; medians of ${repeats}\n`)
  const all = Array.from({ length: images }, (_, i) => i + 1)
  const thousand = all.filter((id) => id % Math.floor(images / 1000) === 0).slice(0, 1000)
  const selections = {
    'all, by filter': { filter: imageFilter.parse({}) },
    '1000 by id': { images: thousand },
    'one image': { images: [5] },
  }
  for (const [name, selection] of Object.entries(selections)) {
    const undone: Time[] = []
    const redone: Time[] = []
    const assigned: Time[] = []
    for (let i = 0; i < repeats; i++) {
      const once = (into: Time[], work: () => unknown): void => {
        const start = performance.now()
        const cpu = process.cpuUsage()
        work()
        const { user, system } = process.cpuUsage(cpu)
        into.push({ wall: performance.now() - start, cpu: (user + system) / 1000 })
      }
      once(assigned, () =>
        recordAction(studio, project, { kind: 'assign', subject: null }, (recorder) =>
          recorder.label(selectionSql(selection), 1 + (i % 7)),
        ),
      )
      once(undone, () => undo(studio, project))
      once(redone, () => redo(studio, project))
    }
    print(`assign ${name}`, medianTime(assigned))
    print(`undo of it`, medianTime(undone))
    print(`redo of it`, medianTime(redone))
  }
  while (undo(studio, project).action);
  print(
    'splits.get',
    measure(() => overview(db)),
  )
  print(
    'splits.draw, without writing',
    measure(() => drawSplits(readDrawImages(db), { validation: 0.2, test: 0.1, keep: false, seed: 1 })),
  )
  print(
    `rows of a page of ${page}`,
    measure(() => readRows(db, imageIds(db, {}, 'path', images >> 1, page))),
  )

  console.log(`\nIds of a page of ${page}: milliseconds, first page / middle / last; CPU in brackets for the slowest of the three\n`)
  console.log(
    `${'filter'.padEnd(18)}${'images'.padStart(8)}${'count'.padStart(12)}${imageOrder.options.map((order) => order.slice(0, 18).padStart(21)).join('')}`,
  )
  let slowest: [string, Time] = ['', { wall: 0, cpu: 0 }]
  for (const [name, given] of Object.entries(filters)) {
    const filter = imageFilter.parse(given)
    const total = countImages(db, filter)
    const count = measure(() => countImages(db, filter))
    const cells = imageOrder.options.map((order) => {
      const times = [0, total >> 1, Math.max(0, total - page)].map((offset) => measure(() => imageIds(db, filter, order, offset, page)))
      const worst = times.toSorted((a, b) => b.cpu - a.cpu)[0] ?? count
      if (worst.cpu > slowest[1].cpu) slowest = [`${name}, ${order}`, worst]
      return `${times.map(({ wall }) => wall.toFixed(0)).join('/')} (${worst.cpu.toFixed(0)})`.padStart(21)
    })
    console.log(
      `${name.padEnd(18)}${String(total).padStart(8)}${`${count.wall.toFixed(1)} (${count.cpu.toFixed(0)})`.padStart(12)}${cells.join('')}`,
    )
  }
  console.log(`\nslowest: ${slowest[0]}: ${slowest[1].wall.toFixed(1)} ms, ${slowest[1].cpu.toFixed(1)} ms CPU\n`)
  db.close()
}
