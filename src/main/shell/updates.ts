// Whether there is a newer release: asks GitHub for the latest one of the repository that the package names. Downloads nothing, ever.
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import type { UpdateState } from '../../shared/desktop.ts'

const release = z.object({ tag_name: z.string().max(100), html_url: z.url() })

/** Milliseconds. */
const patience = 15_000

/** `owner/name` on GitHub, of npm's notations; null for everything else. */
export function gitHubName(repository: string | null): string | null {
  const pattern =
    /^(?:github:|(?:git\+)?(?:https:\/\/|ssh:\/\/git@|git:\/\/)github\.com\/|git@github\.com:)?([\w-]+\/[\w.-]+?)(?:\.git)?\/?$/
  return pattern.exec(repository ?? '')?.[1] ?? null
}

/** @param repository as the package names it @param get `net.fetch`
 * @throws AppError 'disconnected' where it cannot be found out */
export async function latestRelease(
  repository: string | null,
  version: string,
  get: (url: string, options: RequestInit) => Promise<Response>,
): Promise<UpdateState> {
  const name = gitHubName(repository)
  if (name === null) return { state: 'unknown' }
  const found = await ask(`https://api.github.com/repos/${name}/releases/latest`, get)
  // Of this repository, wherever the answer points: it is shown in the browser.
  const page = `https://github.com/${name}/releases/tag/${encodeURIComponent(found.tag_name)}`
  const latest = found.tag_name.replace(/^v/, '')
  return isNewer(latest, version) ? { state: 'newer', version: latest, page } : { state: 'current', version }
}

async function ask(url: string, get: (url: string, options: RequestInit) => Promise<Response>): Promise<z.infer<typeof release>> {
  try {
    const response = await get(url, {
      headers: { Accept: 'application/vnd.github+json' },
      redirect: 'error',
      credentials: 'omit',
      signal: AbortSignal.timeout(patience),
    })
    if (!response.ok) throw new Error(`status ${response.status}`)
    return release.parse(await response.json())
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error)
    throw new AppError('disconnected', `${url}: expected the latest release, found ${found.split('\n', 1)[0] ?? ''}`)
  }
}

/** Versions as 1.2.3; what comes after a dash is older than what has none, and is not compared further. */
export function isNewer(latest: string, current: string): boolean {
  const [a, b] = [latest, current].map((version) => {
    const [, numbers = '', rest] = /^(\d+(?:\.\d+)*)(-.+)?$/.exec(version) ?? []
    return { parts: numbers.split('.').map(Number), isFinal: rest === undefined && numbers !== '' }
  })
  if (!a?.isFinal || !b) return false
  for (let i = 0; i < Math.max(a.parts.length, b.parts.length); i++) {
    const difference = (a.parts[i] ?? 0) - (b.parts[i] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return !b.isFinal
}
