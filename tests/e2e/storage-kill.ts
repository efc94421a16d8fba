// Commits transactions of random sizes to a database and says each on standard output once it is committed, until it is killed.
import { Database } from '../../src/main/storage/database.ts'
import { writeSync } from 'node:fs'

const [file = '', seed = '0'] = process.argv.slice(2)
const db = new Database(file)
let state = Number(seed) + 1
const random = (below: number): number => {
  state = (state * 48271) % 2147483647
  return state % below
}
const images = db.get<{ n: number }>('SELECT count(*) AS n FROM images')?.n ?? 0
for (let round = (Number(seed) + 1) * 1_000_000; ; round++) {
  db.transaction(() => {
    for (let i = random(50); i >= 0; i--) db.run('UPDATE images SET bytes = ? WHERE id = ?', round, 1 + random(images))
    db.run("INSERT INTO project (key, value) VALUES ('round', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", round)
    db.run('INSERT INTO actions (kind, images, at) VALUES (?, ?, ?)', 'assign', round, 'x'.repeat(random(3000)))
  })
  writeSync(1, `${round}\n`)
}
