// Builds the interface into out/renderer where that is missing or older than its sources; with --watch serves it with hot reload instead,
// in front of the services. Usage: node scripts/interface.ts [--watch [--route /_components] [words for serve]]
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { globSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build, createServer } from 'vite'
import { renderer } from '../electron.vite.config.ts'

const inProject = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))
const words = process.argv.slice(2)

if (words[0] === '--watch') await watch(words.slice(1))
else if (isStale()) await build({ ...renderer, configFile: false, logLevel: 'warn' })

/** Whether a source is newer than the bundle. */
function isStale(): boolean {
  const built = statSync(inProject('out/renderer/index.html'), { throwIfNoEntry: false })
  if (!built) return true
  const sources = globSync(['src/renderer/**/*', 'src/shared/**/*', 'electron.vite.config.ts', 'package-lock.json'], {
    cwd: inProject('.'),
  })
  return sources.some((file) => statSync(inProject(file)).mtimeMs > built.mtimeMs)
}

async function watch(given: readonly string[]): Promise<void> {
  const at = given.indexOf('--route')
  const route = at < 0 ? '/' : (given[at + 1] ?? '/')
  const passed = at < 0 ? given : given.filter((_, i) => i !== at && i !== at + 1)
  const token = randomBytes(32).toString('base64url')
  const port = 8431
  // Without changeOrigin, which Vite sets for a mere address: host and origin have to be the same for the services.
  const services = { target: `http://127.0.0.1:${port}` }
  // Its own address would lead to the built interface: ours is printed instead.
  const serve = spawn(process.execPath, [inProject('src/main/serve.ts'), '--port', String(port), ...passed], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, SELF_TUNING_TOKEN: token },
  })
  serve.on('exit', (code) => process.exit(code ?? 1))
  const server = await createServer({
    ...renderer,
    configFile: false,
    server: {
      host: '127.0.0.1',
      proxy: {
        '^/(api|images|uploads|predictions|exports)/': services,
        '/events': { ...services, ws: true },
        // The address with the token: the services answer it with a cookie and lead on.
        '^/\\?token=': services,
      },
    },
  })
  await server.listen()
  const [address = ''] = server.resolvedUrls?.local ?? []
  process.stdout.write(`Self-Tuning Studio: ${address}?token=${token}${route === '/' ? '' : `\nthen ${address}#${route}`}\n`)
}
