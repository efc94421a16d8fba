// Where folders may be chosen from: the user's own, and the places where drives appear.
import { existsSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'

/** Drives that are plugged in later appear below these too, except on Windows, where each is a root of its own.
 * @param nameOf the user's name; it throws where the system knows none, as in a container that runs as any number */
export function usualRoots(
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
  nameOf: () => string = () => userInfo().username,
): string[] {
  return [home, ...drives(platform, nameOf)].filter((folder) => existsSync(folder))
}

function drives(platform: NodeJS.Platform, nameOf: () => string): string[] {
  if (platform === 'win32') return Array.from('CDEFGHIJKLMNOPQRSTUVWXYZ', (letter) => `${letter}:\\`)
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
