// The secret that the cookies of this machine's user are made with: the same after a restart, so that open pages find their way back.
import { randomBytes } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileError } from '../../node/file-error.ts'
import { makeFolder } from '../../node/files.ts'

/** @param folder the application's data @returns 32 random bytes in base64url, made once; only this user can read the file
 * @throws AppError 'no-access', 'disk-full' */
export async function sessionKey(folder: string): Promise<string> {
  const path = join(folder, 'session-key')
  try {
    await makeFolder(folder)
    const found = await readFile(path, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
      throw error
    })
    if (/^[\w-]{43}$/.test(found)) return found
    const made = randomBytes(32).toString('base64url')
    const file = await open(path, 'w', 0o600)
    try {
      await file.chmod(0o600)
      await file.writeFile(made)
    } finally {
      await file.close()
    }
    return made
  } catch (error) {
    throw fileError(error, 'write', path) ?? error
  }
}
