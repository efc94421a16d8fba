// Where pages may go: nowhere. Links that lead out open in the browser, if they are on the short list; no page opens a window or a frame.
import { app, shell } from 'electron'
import type { WebContents } from 'electron'
import type { Log } from '../services/context.ts'
import { isOurs } from './origin.ts'

/** Hosts that the application itself links to: the article, the projects it is built on, its own releases, licences. https only. */
const linked: readonly string[] = ['github.com', 'proceedings.mlr.press', 'onnxruntime.ai', 'onnx.ai', 'www.apache.org']

export function mayOpen(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { protocol, hostname, username, password, port } = new URL(address)
  return protocol === 'https:' && port === '' && username === '' && password === '' && linked.includes(hostname)
}

/** @returns whether it was handed to the browser */
export async function openOutside(address: string, log: Pick<Log, 'warn'>): Promise<boolean> {
  if (!mayOpen(address)) {
    log.warn(`not opened: ${address.slice(0, 200)}`)
    return false
  }
  // As it was checked: parsed, not as it was written.
  await shell.openExternal(new URL(address).href)
  return true
}

/** Of every page there will ever be. */
export function guardPages(log: Pick<Log, 'warn'>): void {
  app.on('web-contents-created', (_, contents) => guardPage(contents, log))
}

export function guardPage(contents: WebContents, log: Pick<Log, 'warn'>): void {
  const outside = (address: string): void => void openOutside(address, log).catch((error: unknown) => log.warn(String(error)))
  contents.setWindowOpenHandler(({ url }) => {
    outside(url)
    return { action: 'deny' }
  })
  contents.on('will-navigate', (details) => {
    // Shown anew, e.g. when it is developed. Its own links change the part behind # only, which is no navigation.
    if (details.isMainFrame && isOurs(details.url) && isOurs(contents.getURL())) return
    details.preventDefault()
    if (details.isMainFrame) outside(details.url)
  })
  contents.on('will-frame-navigate', (details) => {
    if (!details.isMainFrame) details.preventDefault()
  })
  contents.on('will-redirect', (details) => {
    if (!isOurs(details.url)) details.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
}
