// While the interface is developed: its files come from Vite, through our own scheme, so that the page has the same origin and rules as ever.
import { net } from 'electron'
import type { Asked, Reply } from '../server/asked.ts'
import { pagePolicy } from '../server/headers.ts'

/** @param server of Vite, e.g. `http://127.0.0.1:5173` */
export function fromVite(server: string): (asked: Asked) => Promise<Reply> {
  const policy = developedPolicy(server)
  return async ({ path, query, isHead }) => {
    const address = new URL(path, server)
    address.search = query.toString()
    const response = await net.fetch(address.href, { method: isHead ? 'HEAD' : 'GET' })
    const type = response.headers.get('content-type') ?? 'application/octet-stream'
    return {
      status: response.status,
      headers: { 'Content-Type': type, ...(type.startsWith('text/html') && { 'Content-Security-Policy': policy }) },
      body: Buffer.from(await response.arrayBuffer()),
    }
  }
}

/** Vite puts styles into the page, and tells of changes over a WebSocket; nothing else is let in. */
export function developedPolicy(server: string): string {
  const { port } = new URL(server)
  return pagePolicy
    .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
    .replace("connect-src 'self'", `connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port}`)
}
