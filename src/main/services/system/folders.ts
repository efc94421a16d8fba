// Makes folders inside the allowed roots, and shows folders in the file manager.
import { spawn } from 'node:child_process'
import { mkdir, realpath, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileError } from '../../../node/file-error.ts'
import { isAtOrBelow } from '../../../node/inside.ts'
import { AppError } from '../../../shared/errors.ts'
import { safeName } from '../labels/safe-name.ts'
import { mustBeAbsolute } from '../projects/folder.ts'
import { outside } from './roots.ts'
import type { Places } from './roots.ts'

/** @throws AppError 'forbidden' outside the roots, 'bad-option' for a name that systems refuse, 'conflict', 'not-found', 'no-access' */
export async function makeFolderInside(places: Places, parent: string, name: string): Promise<string> {
  const real = await insideOf(places, parent)
  if (safeName(name) !== name) throw new AppError('bad-option', `name: expected one like ${safeName(name)}, found ${name}`)
  const folder = join(real, name)
  try {
    await mkdir(folder)
    return folder
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new AppError('conflict', `${folder}: expected a free name, found one that is taken`)
    throw fileError(error, 'write', folder) ?? error
  }
}

/** @param allowed folders in which it may lie @throws AppError 'forbidden', 'not-found', 'unsupported' where there is no file manager */
export async function showFolder(allowed: Places, folder: string): Promise<void> {
  const real = await insideOf(allowed, folder)
  if (!(await stat(real)).isDirectory()) throw new AppError('not-found', `${folder}: expected a folder, found a file`)
  // On a Mac, a folder whose name has an ending may be a program, which would start: it is shown in the folder that it lies in.
  const options = process.platform === 'darwin' && extname(real) !== '' ? ['-R'] : []
  const command = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open'
  await new Promise<void>((resolve, reject) => {
    // No shell sees the path.
    const child = spawn(command, [...options, real], { stdio: 'ignore', detached: true })
    child.once('error', (error) =>
      reject(
        new AppError('unsupported', `${folder}: expected a file manager on the machine of the services, found none`, { cause: error }),
      ),
    )
    child.once('exit', (code) => {
      // Explorer ends with 1 when it has done as told.
      if (code === 0 || process.platform === 'win32') resolve()
      else reject(new AppError('unsupported', `${folder}: expected ${command} to show it, found that it ended with ${code ?? 'a signal'}`))
    })
    // One that stays until its window is closed has done its part.
    setTimeout(resolve, 2000).unref()
    child.unref()
  })
}

async function insideOf(places: Places, folder: string): Promise<string> {
  mustBeAbsolute('folder', folder)
  const real = await realpath(folder).catch((error: unknown) => {
    throw fileError(error, 'read', folder) ?? error
  })
  for (const root of places.roots) if (isAtOrBelow(await realpath(root).catch(() => root), real)) return real
  throw outside(places, folder)
}
