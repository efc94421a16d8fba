// The built interface, file by file; and the plain pages for browsers that come without a token or find no interface.
import { extname } from 'node:path'
import type { Asked, Reply } from './asked.ts'
import { fileReply } from './file-reply.ts'
import { notePolicy, pagePolicy } from './headers.ts'
import { openInside } from './inside.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

/** @param folder of the built interface @returns null where there is no such file */
export async function pageReply(folder: string, asked: Asked): Promise<Reply | null> {
  const name = asked.path === '/' ? 'index.html' : asked.path.slice(1)
  const type = types[extname(name)]
  const file = type === undefined ? null : await openInside(folder, name)
  if (!file || type === undefined) {
    await file?.handle.close()
    return asked.path === '/' ? noteReply(200, 'The services run here, for programs; this build has no pages for people.') : null
  }
  // Vite puts a hash of the content into the names of assets.
  const caching = name.startsWith('assets/') ? 'private, max-age=31536000, immutable' : 'private, no-cache'
  return fileReply(asked, file, { 'Content-Security-Policy': pagePolicy, 'Cache-Control': caching, 'Content-Type': type })
}

/** A page of one sentence. @param html fixed text of this program, never a user's */
export function noteReply(status: number, html: string): Reply {
  const text = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Self-Tuning Studio</title><h1>Self-Tuning Studio</h1><p>${html}</p></html>\n`
  const body = Buffer.from(text)
  return {
    status,
    headers: {
      'Content-Security-Policy': notePolicy,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Length': body.byteLength,
    },
    body,
  }
}

/** Leads on to the interface without the token in the address. By a page, not by status 303: a browser that came from elsewhere would
 * hold back the new SameSite=Strict cookie for the whole chain of redirections. @param first route of the interface, as in an address */
export function welcomeReply(cookie: string, first?: string): Reply {
  const address = first === undefined ? '/' : `/#${first}`
  const { status, headers, body } = noteReply(200, `<a href="${address}">Go on</a>`)
  return { status, headers: { ...headers, 'Set-Cookie': cookie, Refresh: `0; url=${address}` }, body }
}
