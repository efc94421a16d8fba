// Kills a process at random moments of its transactions: every one that it has acknowledged is there afterwards, whole.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { Database } from '../../src/main/storage/database.ts'
import { fill } from '../main/storage/scratch.ts'

const folder = mkdtempSync(join(tmpdir(), 'kill-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('every acknowledged transaction survives SIGKILL, twenty times', async () => {
  const file = join(folder, 'project.db')
  const db = new Database(file, { create: true })
  fill(db, 2000)
  db.close()
  let expected: number[] = []
  let life = 0
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 400 }), async (wait) => {
      const acknowledged = await killed(file, life++, wait)
      const db = new Database(file)
      const found = db.all<{ images: number }>('SELECT images FROM actions ORDER BY id').map((row) => row.images)
      const all = [...expected, ...acknowledged]
      // One more may be there: committed, and killed before it could say so.
      expect(found.slice(0, all.length)).toEqual(all)
      expect(found.length - all.length).toBeLessThanOrEqual(1)
      // The last one is whole: all of its parts are there.
      const last = db.get<{ value: number }>("SELECT value FROM project WHERE key = 'round'")?.value
      expect(last).toBe(found.at(-1))
      expect(db.get('SELECT count(*) AS n FROM images WHERE bytes > ?', last ?? 0)).toEqual({ n: 0 })
      expect(db.problems()).toEqual([])
      db.close()
      expected = found
    }),
    { numRuns: 20, endOnFailure: true },
  )
  expect(expected.length).toBeGreaterThan(100)
})

/** @returns what the process had acknowledged when it was killed, `wait` milliseconds after its first word */
async function killed(file: string, life: number, wait: number): Promise<number[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'storage-kill.ts'), file, String(life)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const rounds: number[] = []
  const lines = createInterface({ input: child.stdout })
  const closed = once(lines, 'close')
  lines.on('line', (line) => {
    if (rounds.length === 0) setTimeout(() => child.kill('SIGKILL'), wait)
    rounds.push(Number(line))
  })
  await once(child, 'exit')
  await closed
  expect(child.signalCode).toBe('SIGKILL')
  return rounds
}
