// Filters and orders: what they leave, against the same conditions written in plain TypeScript.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { imageFilter, imageOrder } from '../../../src/shared/contract/domain.ts'
import type { ImageFilter, ImageOrder, Selection } from '../../../src/shared/contract/domain.ts'
import { countImages, imageIds, selectionSql } from '../../../src/main/services/images/query.ts'
import { Database } from '../../../src/main/storage/database.ts'

/** What services do something to when they are given the selection. */
function selectedIds(db: Database, selection: Selection): number[] {
  const { sql, values } = selectionSql(selection)
  return db.all<{ id: number }>(`SELECT images.id FROM images WHERE ${sql} ORDER BY images.id`, ...values).map(({ id }) => id)
}

interface Image {
  id: number
  path: string
  class: number | null
  labelledAt: string | null
  split: string | null
  state: string
  excluded: boolean
  hash: number | null
  suggestion: { class: number; confidence: number; usefulness: number } | null
}

const names = [
  'a/Eiche_1.jpg',
  'a/eiche%2.jpg',
  'b/ÄHRE.jpg',
  'b/ähre\\x.jpg',
  'c.png',
  'C_.png',
  'd/a\u0308hre.jpg',
  'é.webp',
  'z.jpg',
  'Z/1.jpg',
]
const share = fc.constantFrom(0, 0.25, 0.5, 0.75, 1)
const images: fc.Arbitrary<Image[]> = fc
  .array(
    fc.record({
      class: fc.constantFrom(null, 1, 2, 3),
      split: fc.constantFrom(null, 'train', 'validation', 'test'),
      state: fc.constantFrom('present', 'missing', 'changed', 'unreadable'),
      excluded: fc.constantFrom(false, false, false, true),
      hash: fc.constantFrom(null, 1, 2, 3, 4, 5),
      suggestion: fc.option(fc.record({ class: fc.constantFrom(1, 2, 3), confidence: share, usefulness: share })),
      minute: fc.integer({ min: 10, max: 12 }),
    }),
    { maxLength: names.length },
  )
  .map((all) =>
    all.map(({ minute, ...image }, i) => ({
      ...image,
      id: i + 1,
      path: names[(i * 7) % names.length] ?? '',
      labelledAt: image.class === null ? null : `2026-01-01T00:${minute}:00.000Z`,
    })),
  )

const filters: fc.Arbitrary<ImageFilter> = fc
  .record(
    {
      classes: fc.uniqueArray(fc.constantFrom(1, 2, 3, 99), { maxLength: 3 }),
      labelled: fc.boolean(),
      split: fc.constantFrom(null, 'train' as const, 'test' as const),
      state: fc.constantFrom('present' as const, 'missing' as const, 'unreadable' as const),
      text: fc.constantFrom('', 'eiche', 'EICHE_', '%', '\\', '_', 'ähre', 'ÄHRE', 'jpg', 'é', 'none'),
      suggested: fc.boolean(),
      suggestedClasses: fc.uniqueArray(fc.constantFrom(1, 2, 99), { maxLength: 2 }),
      confidence: fc.record({ from: share, to: share }),
      disagreement: fc.boolean(),
      duplicate: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .map((filter) => imageFilter.parse(filter))

function matches(image: Image, all: readonly Image[], filter: ImageFilter): boolean {
  const plain = (text: string): string => text.normalize('NFC').toLowerCase()
  const { suggestion } = image
  const isDuplicate = image.hash !== null && all.some((other) => other.id !== image.id && other.hash === image.hash && !other.excluded)
  const disagrees = image.class !== null && suggestion !== null && suggestion.class !== image.class
  const { confidence } = filter
  return (
    !image.excluded &&
    (!filter.classes || (image.class !== null && filter.classes.includes(image.class))) &&
    (filter.labelled === undefined || (image.class !== null) === filter.labelled) &&
    (filter.split === undefined || image.split === filter.split) &&
    (filter.state === undefined || image.state === filter.state) &&
    plain(image.path).includes(plain(filter.text ?? '')) &&
    (filter.suggested === undefined || (suggestion !== null) === filter.suggested) &&
    (!filter.suggestedClasses || (suggestion !== null && filter.suggestedClasses.includes(suggestion.class))) &&
    (!confidence || (suggestion !== null && suggestion.confidence >= confidence.from && suggestion.confidence <= confidence.to)) &&
    (filter.disagreement === undefined || disagrees === filter.disagreement) &&
    (filter.duplicate === undefined || isDuplicate === filter.duplicate)
  )
}

/** Larger = later; images without a key come last, by id. */
function sorted(all: readonly Image[], order: ImageOrder): number[] {
  const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  const by = (key: (image: Image) => number | string | null, direction: 1 | -1, ties: 1 | -1) => (a: Image, b: Image) => {
    const [x, y] = [key(a), key(b)]
    if (x === null || y === null) return x === y ? a.id - b.id : x === null ? 1 : -1
    return direction * (typeof x === 'string' ? text(x, String(y)) : x - Number(y)) || ties * (a.id - b.id)
  }
  const compare = {
    path: by(({ path }) => path, 1, 1),
    'path-descending': by(({ path }) => path, -1, -1),
    newest: by(({ id }) => id, -1, -1),
    oldest: by(({ id }) => id, 1, 1),
    useful: by(({ suggestion }) => suggestion?.usefulness ?? null, -1, 1),
    confident: by(({ suggestion }) => suggestion?.confidence ?? null, -1, 1),
    uncertain: by(({ suggestion }) => suggestion?.confidence ?? null, 1, -1),
    'recently-labelled': by(({ labelledAt }) => labelledAt, -1, -1),
  }[order]
  return all.toSorted(compare).map(({ id }) => id)
}

function fill(db: Database, all: readonly Image[]): void {
  db.run('DELETE FROM images')
  for (const { id, path, class: label, labelledAt, split, state, excluded, hash, suggestion } of all) {
    db.run(
      `INSERT INTO images (id, source, path, hash, bytes, modified_at, format, width, height, state, excluded, class, labelled_at, split, added_at)
      VALUES (?, 1, ?, ?, 1, 0, 'jpeg', 1, 1, ?, ?, ?, ?, ?, '2026-01-01T00:00:00.000Z')`,
      ...[id, path, hash === null ? null : Buffer.alloc(32, hash), state, excluded ? 1 : 0, label, labelledAt, split],
    )
    if (suggestion)
      db.run('INSERT INTO suggestions VALUES (?, ?, ?, ?, ?)', id, suggestion.class, suggestion.confidence, suggestion.usefulness, '[]')
  }
}

test('every filter and order leaves what the plain conditions leave, on any page', () => {
  const db = new Database(':memory:', { create: true })
  db.run("INSERT INTO sources (id, folder) VALUES (1, '/images')")
  for (const id of [1, 2, 3]) db.run("INSERT INTO classes (id, name, colour, position) VALUES (?, ?, '#000000', ?)", id, `class ${id}`, id)
  fc.assert(
    fc.property(
      images,
      filters,
      fc.constantFrom(...imageOrder.options),
      fc.nat(12),
      fc.integer({ min: 1, max: 12 }),
      (all, filter, order, offset, limit) => {
        db.transaction(() => fill(db, all))
        const expected = sorted(
          all.filter((image) => matches(image, all, filter)),
          order,
        )
        expect(countImages(db, filter)).toBe(expected.length)
        expect(imageIds(db, filter, order)).toEqual(expected)
        expect(imageIds(db, filter, order, offset, limit)).toEqual(expected.slice(offset, offset + limit))
        expect(selectedIds(db, { filter })).toEqual(expected.toSorted((a, b) => a - b))
      },
    ),
    { numRuns: 400 },
  )
  db.close()
})

test('a selection by ids leaves out what is excluded or unknown, and names each once', () => {
  const db = new Database(':memory:', { create: true })
  db.run("INSERT INTO sources (id, folder) VALUES (1, '/images')")
  const image = { class: null, labelledAt: null, split: null, state: 'present', hash: null, suggestion: null }
  fill(
    db,
    [1, 2, 3].map((id) => ({ ...image, id, path: `${id}.jpg`, excluded: id === 2 })),
  )
  expect(selectedIds(db, { images: [3, 3, 2, 1, 77] })).toEqual([1, 3])
  db.close()
})
