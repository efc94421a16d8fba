// Names of classes: which are the same, and which class has one.
import { AppError } from '../../../shared/errors.ts'
import type { Database } from '../../storage/database.ts'
import { classRow, classRows } from '../history/class-row.ts'
import type { ClassRow } from '../history/class-row.ts'

/** As it is kept: composed characters, no space around it. */
export function cleanName(name: string): string {
  return name.normalize('NFC').trim()
}

/** Equal for names that differ in upper and lower case only. */
export function nameKey(name: string): string {
  return cleanName(name).toUpperCase().toLowerCase()
}

/** @throws AppError 'not-found' */
export function existingClass(db: Database, id: number): ClassRow {
  const row = classRow(db, id)
  if (!row) throw new AppError('not-found', `class ${id}: expected a class of the project, found none`)
  return row
}

/** @param own the class that may have it
 * @throws AppError 'bad-option' where another class has it */
export function requireFree(db: Database, { name, hotkey }: Partial<Pick<ClassRow, 'name' | 'hotkey'>>, own?: number): void {
  const others = classRows(db).filter(({ id }) => id !== own)
  const namesake = name !== undefined && others.find((row) => nameKey(row.name) === nameKey(name))
  if (namesake)
    throw new AppError('bad-option', `name: expected one that no class has, found '${namesake.name}'`, { details: { field: 'name' } })
  const rival = typeof hotkey === 'string' && others.find((row) => row.hotkey === hotkey)
  if (rival)
    throw new AppError('bad-option', `hotkey: expected one that no class has, found '${hotkey}' of '${rival.name}'`, {
      details: { field: 'hotkey' },
    })
}

/** The classes of these names by `nameKey`, and the names that no class has, one for all that are the same. */
export function classesByName(db: Database, names: Iterable<string>): { ids: Map<string, number>; missing: string[] } {
  const known = new Map(classRows(db).map(({ id, name }) => [nameKey(name), id]))
  const ids = new Map<string, number>()
  const missing = new Map<string, string>()
  for (const name of names) {
    const id = known.get(nameKey(name))
    if (id !== undefined) ids.set(nameKey(name), id)
    else if (!missing.has(nameKey(name))) missing.set(nameKey(name), cleanName(name))
  }
  return { ids, missing: [...missing.values()] }
}
