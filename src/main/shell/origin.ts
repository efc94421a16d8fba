// Where the window's page comes from: a scheme of our own, which only this application answers. Never file://, never the network.
import { protocol } from 'electron'

export const scheme = 'app'
const host = 'studio'
/** With a slash at its end. */
export const home = `${scheme}://${host}/`

/** To be called before the application is ready: the page is then one like those of https, with fetch, modules and an origin. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } },
  ])
}

/** Whether an address is one of our page. */
export function isOurs(address: string): boolean {
  if (!URL.canParse(address)) return false
  const url = new URL(address)
  return url.protocol === `${scheme}:` && url.host === host && url.username === '' && url.password === ''
}
