// Headers that every answer carries, and what a page may load and do.
import type { ServerResponse } from 'node:http'

/** Of the interface. It loads its own files and pictures, talks to its own origin, and is shown in no frame. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Of the plain pages of this program: text and links. Not in a sandbox, where a page belongs to no site: what it leads on to would then
 * come from another site for the browser, and the SameSite=Strict cookie would stay behind. */
export const notePolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Of everything else: should a browser show it as a page, it can do nothing. */
const inertPolicy = `${notePolicy}; sandbox`

/** What a route knows better it sets anew. */
export const fixedHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': inertPolicy,
}

/** To be called first. */
export function setFixedHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(fixedHeaders)) response.setHeader(name, value)
}
