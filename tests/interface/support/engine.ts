// The engine process that a server has started, found as a person with a task manager would.
import { readFileSync, readdirSync } from 'node:fs'

/** Process ids of the engines below a server. Linux. */
export function enginesOf(server: number): number[] {
  const parents = new Map<number, number>()
  const engines: number[] = []
  for (const entry of readdirSync('/proc')) {
    const id = Number(entry)
    if (!Number.isInteger(id)) continue
    try {
      // `id (name) state parent …`; the name may hold spaces and brackets.
      const stat = readFileSync(`/proc/${id}/stat`, 'utf8')
      parents.set(id, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
      if (/engine\/index\.(ts|js)/.test(readFileSync(`/proc/${id}/cmdline`, 'utf8'))) engines.push(id)
    } catch {
      // It has ended meanwhile.
    }
  }
  return engines.filter((id) => parents.get(id) === server)
}
