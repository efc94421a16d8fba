// Why another machine could not be reached, in words.
import { AppError } from '../../../../shared/errors.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name was not found: there is no network, or no name server answers',
  EAI_AGAIN: 'no name server answers: there is no network',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  ENETUNREACH: 'there is no network',
  EHOSTUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
  EPIPE: 'the connection was cut',
  CERT_HAS_EXPIRED: 'its certificate has expired: check this machine’s clock',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate is not known here: a proxy may look into connections; name its certificate with NODE_EXTRA_CA_CERTS',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not known here; name it with NODE_EXTRA_CA_CERTS if it is right',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate is not known here: a proxy may look into connections; name its certificate with NODE_EXTRA_CA_CERTS',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_PROXY_TUNNEL: 'the proxy does not lead to it',
}

/** @param address what the user knows; queries, which may hold keys, are left out */
export function unreachable(address: string, what: string, cause?: unknown): AppError {
  const { origin, pathname } = new URL(address)
  return new AppError('unreachable', `${origin}${pathname}: ${what}`, { details: { address: `${origin}${pathname}` }, cause })
}

export function networkError(error: unknown, target: URL, environment: NodeJS.ProcessEnv): AppError {
  if (error instanceof AppError) return error
  const { code = '', message = String(error) } = (error ?? {}) as Partial<NodeJS.ErrnoException>
  const status = code === 'ERR_PROXY_TUNNEL' ? /HTTP\/1\.\d (\d{3}[^\r\n]*)/.exec(message)?.[1] : undefined
  const proxy = proxyOf(target, environment)
  const by = proxy === null ? '' : ` (through the proxy ${proxy})`
  return unreachable(target.href, `expected an answer, found none: ${reasons[code] ?? message}${status ? `: ${status}` : ''}${by}`, error)
}

/** The proxy that the environment names for an address, without user and password; null where there is none. */
function proxyOf({ protocol }: URL, environment: NodeJS.ProcessEnv): string | null {
  const names = protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : ['http_proxy', 'HTTP_PROXY']
  const value = names.map((name) => environment[name] ?? '').find((named) => named !== '')
  if (value === undefined) return null
  try {
    return new URL(value).host
  } catch {
    return value.replace(/^.*@/, '')
  }
}
