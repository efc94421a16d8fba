// Where folders may be chosen from: the user's own, the places where drives appear, and what else has been named.
import { existsSync, statSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { delimiter } from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { fromCaller } from '../../caller-folder.ts'
import type { Studio } from '../context.ts'

export type Places = Pick<Studio, 'roots' | 'moreRoots'>

/** What is not there yet counts too: drives that are plugged in later appear there, or below. But on Windows each is a root of its own, and looking
 * for all that there could be takes too long: those of now are offered.
 * @param nameOf the user's name; it throws where the system knows none, as in a container that runs as any number */
export function usualRoots(
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
  nameOf: () => string = () => userInfo().username,
): string[] {
  return [home, ...drives(platform, nameOf)]
}

/** @param flag of `--root` @param environment of SELF_TUNING_ROOTS: a disk that is not mounted keeps no service from starting, and can be chosen from
 * as soon as it is @throws AppError 'bad-option' for a `--root` that is no folder */
export function namedRoots(flag: readonly string[], environment: string | undefined, warn: (line: string) => void): string[] {
  for (const root of flag) {
    const found = lookAt(root)
    if (found !== 'a folder') throw new AppError('bad-option', `--root: expected a folder, found ${found} at ${root}`)
  }
  const further = (environment ?? '').split(delimiter).filter(Boolean).map(fromCaller)
  const missing = further.filter((root) => lookAt(root) !== 'a folder')
  if (missing.length > 0)
    warn(`SELF_TUNING_ROOTS: expected folders, found none at ${missing.join(', ')}; once there, they can be chosen from`)
  return [...flag, ...further]
}

/** The refusal of a folder that lies elsewhere. */
export function outside({ roots, moreRoots }: Places, folder: string): AppError {
  const hint = moreRoots === undefined ? '' : `; ${moreRoots} names more`
  return new AppError('forbidden', `${folder}: expected a folder inside ${roots.join(', ')}, found one outside${hint}`)
}

function drives(platform: NodeJS.Platform, nameOf: () => string): string[] {
  if (platform === 'win32') return Array.from('CDEFGHIJKLMNOPQRSTUVWXYZ', (letter) => `${letter}:\\`).filter((drive) => existsSync(drive))
  if (platform === 'darwin') return ['/Volumes']
  return ['/media', ...ownDrives(nameOf), '/mnt']
}

function ownDrives(nameOf: () => string): string[] {
  try {
    return [`/run/media/${nameOf()}`]
  } catch {
    return []
  }
}

function lookAt(path: string): 'a folder' | 'a file' | 'nothing that can be read' {
  try {
    return statSync(path).isDirectory() ? 'a folder' : 'a file'
  } catch {
    return 'nothing that can be read'
  }
}
