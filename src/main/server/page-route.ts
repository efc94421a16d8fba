// The built interface, file by file; and the plain pages for browsers that come without a token or find no interface.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname } from 'node:path'
import { notePolicy, pagePolicy } from './headers.ts'
import { openInside } from './inside.ts'
import { sendText } from './reply.ts'
import { fileTag, isFresh, sendFile } from './send-file.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

/** @param folder of the built interface @param path as asked for, decoded @returns false where there is no such file */
export async function sendPage(folder: string, path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const name = path === '/' ? 'index.html' : path.slice(1)
  const type = types[extname(name)]
  const file = type === undefined ? null : await openInside(folder, name)
  if (!file || type === undefined) {
    await file?.handle.close()
    if (path !== '/') return false
    sendNote(response, 200, 'The services run here, for programs; this build has no pages for people.')
    return true
  }
  response.setHeader('Content-Security-Policy', pagePolicy)
  // Vite puts a hash of the content into the names of assets.
  response.setHeader('Cache-Control', name.startsWith('assets/') ? 'private, max-age=31536000, immutable' : 'private, no-cache')
  const etag = fileTag(file)
  if (isFresh(request, response, etag)) {
    await file.handle.close()
    return true
  }
  response.setHeader('Content-Type', type)
  await sendFile(request, response, file, etag)
  return true
}

/** A page of one sentence. @param html fixed text of this program, never a user's */
export function sendNote(response: ServerResponse, status: number, html: string): void {
  response.setHeader('Content-Security-Policy', notePolicy)
  sendText(
    response,
    status,
    'text/html; charset=utf-8',
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Self-Tuning Studio</title><h1>Self-Tuning Studio</h1><p>${html}</p></html>\n`,
  )
}

/** Leads on to the interface without the token in the address. By a page, not by status 303: a browser that came from elsewhere would
 * hold back the new SameSite=Strict cookie for the whole chain of redirections. */
export function sendWelcome(response: ServerResponse, cookie: string): void {
  response.setHeader('Set-Cookie', cookie)
  response.setHeader('Refresh', '0; url=/')
  sendNote(response, 200, '<a href="/">Go on</a>')
}
