// One GET to the world outside: by https alone, also after redirects, and through the proxy that the environment names.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import { getCACertificates } from 'node:tls'
import { AppError } from '../../../../shared/errors.ts'
import { networkError, unreachable } from './network-error.ts'

/** From where files are fetched, and how; tests have servers of their own. */
export interface Reach {
  /** Whether an address may be called; https only if left out. */
  readonly isAllowed?: (address: URL) => boolean
  /** With HTTPS_PROXY, HTTP_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS; this process's own if left out. */
  readonly environment?: NodeJS.ProcessEnv
}

const mostRedirects = 5
const redirects = new Set([301, 302, 303, 307, 308])
/** Milliseconds without a sign of the other side. */
const patience = 60_000

/** The answer to a GET, redirects followed, whatever its status.
 * @throws AppError 'unreachable' saying what keeps it from being reached; 'stopped' */
export async function get(
  address: string,
  headers: Readonly<Record<string, string>>,
  reach: Reach,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let target = new URL(address)
  for (let i = 0; i <= mostRedirects; i++) {
    requireAllowed(target, address, reach)
    const response = await getOnce(target, headers, reach, signal)
    const { location } = response.headers
    if (!redirects.has(response.statusCode ?? 0) || location === undefined) return response
    response.destroy()
    target = redirected(location, target)
  }
  throw unreachable(address, `expected a file, found more than ${mostRedirects} redirects`)
}

function redirected(location: string, from: URL): URL {
  try {
    return new URL(location, from)
  } catch (error) {
    throw unreachable(from.href, `expected a redirect to an address, found ${JSON.stringify(location.slice(0, 200))}`, error)
  }
}

function requireAllowed(target: URL, address: string, { isAllowed = isSecure }: Reach): void {
  if (isAllowed(target)) return
  const where = target.href === new URL(address).href ? '' : `, to which it redirects`
  throw unreachable(address, `expected https, found ${target.protocol}//${target.host}${where}`)
}

function isSecure({ protocol }: URL): boolean {
  return protocol === 'https:'
}

/** Agents that know of proxies are Node's own since 24.5: no package has to tunnel for us, and no flag has to be set when the program starts. */
function getOnce(target: URL, headers: Readonly<Record<string, string>>, reach: Reach, signal: AbortSignal): Promise<IncomingMessage> {
  const { request, Agent } = target.protocol === 'https:' ? https : http
  const environment = reach.environment ?? process.env
  requireProxySupport(environment)
  const agent = new Agent({ proxyEnv: environment, ...certificates(target, environment) })
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(signal.aborted ? stopped() : networkError(error, target, environment))
    const sent = request(target, { agent, headers, signal, timeout: patience })
    sent.once('response', resolve)
    sent.on('error', fail)
    sent.once('timeout', () => sent.destroy(new Error(`no answer for ${patience / 1000} s`)))
    sent.end()
  })
}

/** What is trusted where the environment adds to it: the packed application's Node takes nothing of the environment by itself. */
function certificates(target: URL, { NODE_EXTRA_CA_CERTS: file = '' }: NodeJS.ProcessEnv): { ca?: string[] } {
  if (file === '') return {}
  try {
    return { ca: [...getCACertificates(), readFileSync(file, 'utf8')] }
  } catch (error) {
    throw unreachable(
      target.href,
      `expected certificates in ${file} (NODE_EXTRA_CA_CERTS), found ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

function requireProxySupport(environment: NodeJS.ProcessEnv): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isSet = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some((name) => (environment[name] ?? '') !== '')
  if (isSet && (major < 24 || (major === 24 && minor < 5)))
    throw new AppError('unsupported', `proxy: expected Node 24.5 or newer to go through one, found ${process.versions.node}`)
}

export function stopped(): AppError {
  return new AppError('stopped', 'download: stopped; what has come stays for the next time')
}
