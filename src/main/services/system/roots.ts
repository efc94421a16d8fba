// Where folders may be chosen from: the user's own, and the places where drives appear.
import { existsSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'

/** Drives that are plugged in later appear below these too, except on Windows, where each is a root of its own. */
export function usualRoots(platform: NodeJS.Platform = process.platform, home: string = homedir()): string[] {
  return [home, ...drives(platform)].filter((folder) => existsSync(folder))
}

function drives(platform: NodeJS.Platform): string[] {
  if (platform === 'win32') return Array.from('CDEFGHIJKLMNOPQRSTUVWXYZ', (letter) => `${letter}:\\`)
  if (platform === 'darwin') return ['/Volumes']
  return ['/media', `/run/media/${userInfo().username}`, '/mnt']
}
