// The application's own folder: settings, recent projects, backbones, logs.
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

const name = 'Self-Tuning Studio'

/** `SELF_TUNING_HOME`, else the platform's usual place for such data. It need not be there yet. */
export function dataFolder(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const chosen = environment.SELF_TUNING_HOME
  if (chosen) return resolve(chosen)
  if (platform === 'win32') return join(environment.APPDATA ?? join(home, 'AppData', 'Roaming'), name)
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', name)
  // https://specifications.freedesktop.org/basedir-spec/: a relative path is to be ignored.
  const data = environment.XDG_DATA_HOME
  return join(data?.startsWith('/') ? data : join(home, '.local', 'share'), 'self-tuning-studio')
}

/** Where new projects go: a folder of the user's that is easy to find; with `SELF_TUNING_HOME` a folder in that, so that nothing leaves it. */
export function projectsFolder(environment: NodeJS.ProcessEnv = process.env, home: string = homedir()): string {
  const chosen = environment.SELF_TUNING_HOME
  return chosen ? join(resolve(chosen), 'projects') : join(home, name)
}
