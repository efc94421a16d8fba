// docs/privacy.md on connections: the files that it names are all that open one, listen for one, or start a program that fetches.
import { globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const files = globSync('src/**/*.{ts,vue}', { cwd: root }).map((file) => file.replaceAll('\\', '/'))
const named = [...readFileSync(join(root, 'docs/privacy.md'), 'utf8').matchAll(/^\| `(src\/[^`]+)` +\|/gm)].map(([, file = '']) => file)

/** Modules by which Node reaches a network, or is reached; and the names of Node, Electron and browsers for it. */
const modules = /^(?:node:)?(?:https?|http2|net|tls|dgram|dns(?:\/promises)?|undici|ws)$/
const calls = [
  /(?<![\w.'"-])fetch\(|[=:(,] *fetch\b(?! *[\w'"])/,
  /\b(?:globalThis|window|self)\.fetch\b|\b(?:net|session|defaultSession)\.(?:fetch|request)\b/,
  /\bnew (?:WebSocket|EventSource|XMLHttpRequest)\b|\bsendBeacon\(/,
  /\bawait runNpm\(|'pip'/,
]
/** What comes of these modules without a network. */
const harmless = /^(?:isIP|isIPv4|isIPv6|STATUS_CODES|\s)*$/

/** Without comments. */
const codeOf = (source: string): string => source.replace(/\/\*[^]*?\*\//g, '').replace(/(?<=^|\s)\/\/.*$/gm, '')

function reachesOut(source: string): boolean {
  const code = codeOf(source)
  const imported = [...code.matchAll(/\bimport\s+(?!type\b)(?:([^'"]*?)\bfrom\s*)?['"]([^'"]+)['"]/g)]
  const later = [...code.matchAll(/\b(?:import|require|getBuiltinModule)\(\s*['"]([^'"]+)['"]/g)]
  return (
    imported.some(
      ([, names = '', from = '']) => modules.test(from) && !(names.includes('{') && harmless.test(names.replace(/[{},]/g, ' '))),
    ) ||
    later.some(([, from = '']) => modules.test(from)) ||
    calls.some((call) => call.test(code))
  )
}

test.each([
  [`import { request } from 'node:https'`, true],
  [`import https from 'https'`, true],
  [`import * as net from "node:net"`, true],
  [`const { get } = await import('node:http')`, true],
  [`await fetch('https://example.org/')`, true],
  [`const get = fetch`, true],
  [`const get = (url: string) => net.fetch(url)`, true],
  [`run(program, ['-m', 'pip', 'download'])`, true],
  [`import type { IncomingMessage } from 'node:http'`, false],
  [`import { isIPv6 } from 'node:net'`, false],
  [`// it would fetch(this)\nconst fetched = 'sec-fetch-site'`, false],
])('%s reaches out: %s', (source, expected) => expect(reachesOut(source)).toBe(expected))

test('all files that reach out are named, and no other ones', () => {
  expect(files.length).toBeGreaterThan(500)
  expect(files.filter((file) => reachesOut(readFileSync(join(root, file), 'utf8'))).toSorted()).toEqual(named.toSorted())
})
