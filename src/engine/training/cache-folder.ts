// Where features are cached: the user's cache folder, shared by all runs.
import { homedir } from 'node:os'
import { join } from 'node:path'

/** `SELF_TUNING_CACHE` if set, else the platform's folder for files that can be made again. */
export function cacheFolder(): string {
  const { SELF_TUNING_CACHE: chosen, LOCALAPPDATA, XDG_CACHE_HOME } = process.env
  if (chosen) return chosen
  const base =
    process.platform === 'win32'
      ? (LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'))
      : process.platform === 'darwin'
        ? join(homedir(), 'Library', 'Caches')
        : (XDG_CACHE_HOME ?? join(homedir(), '.cache'))
  return join(base, 'self-tuning-studio', 'features')
}
