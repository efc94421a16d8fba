// The package: what is in it, and that its engine and its application load and train from the packed files alone, away from the project.
// On Linux it is packed against a stub of Electron; PACKED_RESOURCES names the resources of what `npm run pack` has packed, on any system.
import { execFileSync, fork } from 'node:child_process'
import { cpSync, existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { Arch, Platform, build } from 'electron-builder'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { packConfiguration } from '../../electron-builder.config.ts'
import { installedFor } from '../../scripts/pack/install.ts'
import { repositoryOf } from '../../scripts/pack/repository.ts'
import { host, targetOf } from '../../scripts/pack/target.ts'
import { extractAsar, readAsar } from '../support/asar.ts'
import { readFuses, writeStubElectron } from '../support/stub-electron.ts'
import { root, setting } from './setting.ts'

const given = process.env['PACKED_RESOURCES']
const can = given !== undefined || process.platform === 'linux'
const { at, photos, backbone } = setting()

/** Those of the package, in a folder from which no other node_modules can be reached. */
const resources = at('resources')
const packed = (...parts: string[]): string => join(resources, ...parts)
const node = packed('engine/bin', process.platform === 'win32' ? 'node.exe' : 'node')

test('a system without native files is refused by name', () => {
  expect(() => targetOf('darwin-x64', root)).toThrow(/cannot pack for darwin-x64: expected .*onnxruntime-node.*darwin-arm64/)
})

test("Node's licence is that of the Node that is packed", () => {
  const own = join(dirname(installedFor(host, root).node), '../LICENSE')
  // Its package for Windows has none.
  if (process.platform === 'win32') expect(existsSync(own)).toBe(false)
  else expect(readFileSync(own)).toEqual(readFileSync(join(root, 'resources/licences/Node.js.txt')))
})

test('the interface has the icon of the application', () => {
  expect(readFileSync(join(root, 'src/renderer/public/icon.svg'))).toEqual(readFileSync(join(root, 'resources/icon.svg')))
})

// Elsewhere `npm run pack` needs Electron's distribution, and PACKED_RESOURCES says where its result is.
describe.skipIf(!can)(can ? 'the package' : 'the package (needs PACKED_RESOURCES here: a stub of Electron is packed on Linux only)', () => {
  beforeAll(async () => {
    cpSync(given ?? (await pack()), resources, { recursive: true, verbatimSymlinks: true })
  }, 180_000)

  test('has the application in its archive, without what only the engine loads', () => {
    const files = [...readAsar(packed('app.asar')).keys()]
    const manifest = JSON.parse(readAsar(packed('app.asar')).get('package.json')?.toString() ?? '') as { main: string }
    expect(files).toEqual(expect.arrayContaining([manifest.main, 'out/main/studio.js', 'out/renderer/index.html', 'out/shared/errors.js']))
    expect(packages(files)).toEqual(expect.arrayContaining(['commander', 'csv-parse', 'trash', 'ws', 'yazl', 'zod']))
    expect(files.filter((file) => /onnxruntime|\/electron\/|\/sharp\/|@img|\.node$|\.ts$|out\/engine/.test(file))).toEqual([])
    expect(files.filter((file) => !/^(out|node_modules)\/|^package\.json$/.test(file))).toEqual([])
  })

  test('names the repository that it was packed for: newer releases are asked for there', () => {
    const manifest = JSON.parse(readAsar(packed('app.asar')).get('package.json')?.toString() ?? '') as { repository?: unknown }
    expect(manifest.repository ?? null).toEqual(repositoryOf(process.env))
  })

  test('has native files of its system only', () => {
    const natives = globSync('**/*.{node,so,so.*,dylib,dll,exe,wasm}', { cwd: packed('engine') }).concat(
      globSync('bin/*', { cwd: packed('engine') }),
    )
    const kinds = new Set(natives.map((file) => kindOf(packed('engine', file))))
    expect(kinds).toEqual(new Set([{ linux: 'ELF', win32: 'PE', darwin: 'Mach-O' }[process.platform as 'linux'], 'WebAssembly']))
    const names = natives.map((file) => basename(file))
    for (const name of ['onnxruntime_binding.node', basename(node), 'jpeg-turbo.wasm']) expect(names).toContain(name)
    expect(names.filter((name) => name.startsWith('sharp-'))).toHaveLength(1)
    expect(globSync('node_modules/onnxruntime-node/bin/*/*/*', { cwd: packed('engine') }).map((path) => path.split(sep).slice(-2))).toEqual(
      [[process.platform, process.arch]],
    )
  })

  test('has a licence of everything in it', () => {
    const text = readFileSync(packed('THIRD-PARTY-LICENSES.txt'), 'utf8')
    const inEngine = globSync('node_modules/**/package.json', { cwd: packed('engine') }).map((path) =>
      readFileSync(packed('engine', path), 'utf8'),
    )
    const inArchive = [...readAsar(packed('app.asar'))].flatMap(([path, content]) =>
      /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path) ? [String(content)] : [],
    )
    const titles = [...inEngine, ...inArchive]
      .map((json) => JSON.parse(json) as { name?: string; version?: string })
      .flatMap(({ name, version }) => (name !== undefined && version !== undefined ? [`${name} ${version} (`] : []))
    expect(titles.length).toBeGreaterThan(60)
    expect(titles.filter((title) => !text.includes(`\n${title}`))).toEqual([])
    // In the interface's bundle, in Node, and what no package has a text of.
    for (const part of [
      '\nvue 3',
      '\n@fontsource-variable/inter 5',
      'SIL OPEN FONT LICENSE',
      '\nNode.js',
      'Microsoft Corporation',
      'LESSER GENERAL PUBLIC',
    ])
      expect(text).toContain(part)
  })

  test('has icons whose pictures are as large as they say', () => {
    const icons = join(root, '.cache/pack/icons')
    const ico = readFileSync(join(icons, 'icon.ico'))
    const sizes = Array.from({ length: ico.readUInt16LE(4) }, (_, i) => {
      const entry = 6 + 16 * i
      return [ico.readUInt8(entry) || 256, pngSize(ico.subarray(ico.readUInt32LE(entry + 12)))]
    })
    expect(sizes).toEqual([16, 24, 32, 48, 64, 128, 256].map((size) => [size, size]))
    const icns = readFileSync(join(icons, 'icon.icns'))
    expect(icns.readUInt32BE(4)).toBe(icns.length)
    const found: Record<string, number> = {}
    for (let offset = 8; offset < icns.length; offset += icns.readUInt32BE(offset + 4))
      found[icns.toString('latin1', offset, offset + 4)] = pngSize(icns.subarray(offset + 8))
    expect(found).toEqual({ ic07: 128, ic08: 256, ic09: 512, ic10: 1024, ic11: 32, ic12: 64, ic13: 256, ic14: 512 })
    expect(pngSize(readFileSync(packed('icon.png')))).toBe(512)
  })

  test('loads its application by what the archive and Node have', () => {
    extractAsar(packed('app.asar'), at('app'))
    const load = `for (const name of ['studio', 'serve', 'cli/run']) await import(${JSON.stringify(`file://${at('app').replaceAll(sep, '/')}/out/main/`)} + name + '.js')`
    const script = at('load.mjs')
    writeFileSync(script, `process.argv.push('--help')\n${load}\nprocess.stdout.write('loaded')\nprocess.exit(0)\n`)
    expect(execFileSync(node, [script], { cwd: at(), env: bare, encoding: 'utf8' })).toContain('loaded')
  })

  test('trains by its own Node and modules', async () => {
    const request = {
      job: 'train',
      images: photos,
      backbone,
      method: 'self-tuning',
      depth: 'all',
      steps: 1,
      labelsPerClass: 4,
      out: at('run'),
    }
    const last = await runJob(request)
    expect(last).toMatchObject({ event: 'done', job: 'train', model: at('run', 'model.onnx') })
    expect(statSync(at('run', 'model.onnx')).size).toBeGreaterThan(1000)
  })
})

/** Packs for this machine against the stub. @returns the folder of the package's resources */
async function pack(): Promise<string> {
  execFileSync(process.execPath, [join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'build', '--logLevel', 'error'], {
    ...{ cwd: root, stdio: 'pipe' },
  })
  writeStubElectron(at('electron'))
  // As the workflow of a release has it.
  vi.stubEnv('GITHUB_REPOSITORY', 'owner/name')
  const target = Platform.LINUX.createTarget('dir', Arch[process.arch as 'x64'])
  const config = {
    ...packConfiguration(join(root, 'out')),
    electronDist: at('electron'),
    directories: { output: at('dist'), buildResources: 'resources' },
  }
  await build({ projectDir: root, targets: target, config, publish: 'never' })
  const executable = globSync('*/self-tuning-studio', { cwd: at('dist') })[0] ?? ''
  expect(readFuses(at('dist', executable))).toEqual({
    ...{ runAsNode: false, nodeOptionsEnvironmentVariable: false, nodeCliInspectArguments: false, cookieEncryption: false },
    ...{ embeddedAsarIntegrityValidation: true, onlyLoadAppFromAsar: true },
    ...{ loadBrowserProcessSpecificV8Snapshot: false, grantFileProtocolExtraPrivileges: false },
  })
  return at('dist', dirname(executable), 'resources')
}

/** Nothing of npm's or of this process's that would help a program to find modules. */
const bare: NodeJS.ProcessEnv = { PATH: '', ...(process.env['SystemRoot'] !== undefined && { SystemRoot: process.env['SystemRoot'] }) }

/** @returns the last event of the packed engine */
function runJob(request: object): Promise<Record<string, unknown>> {
  const child = fork(packed('engine/out/engine/index.js'), { execPath: node, execArgv: [], cwd: at(), env: bare, silent: true })
  let printed = ''
  child.stderr?.on('data', (chunk) => (printed += String(chunk)))
  let last: Record<string, unknown> = {}
  child.on('message', (message) => {
    const event = message as Record<string, unknown>
    if (event['event'] !== 'heartbeat') last = event
  })
  child.send({ command: 'run', request, keep: false })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => (code === 0 ? resolve(last) : reject(new Error(`ended with ${code}: ${JSON.stringify(last)} ${printed}`))))
  })
}

function packages(files: readonly string[]): string[] {
  return [...new Set(files.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []))]
}

function kindOf(path: string): string {
  const start = readFileSync(path).subarray(0, 4).toString('latin1')
  if (start === '\x7fELF') return 'ELF'
  if (start === '\0asm') return 'WebAssembly'
  if (start.startsWith('MZ')) return 'PE'
  return start === '\xcf\xfa\xed\xfe' || start === '\xca\xfe\xba\xbe' ? 'Mach-O' : `${path} begins with ${JSON.stringify(start)}`
}

/** Pixels of a square PNG's side. */
function pngSize(png: Buffer): number {
  expect(png.toString('latin1', 1, 4)).toBe('PNG')
  expect(png.readUInt32BE(20)).toBe(png.readUInt32BE(16))
  return png.readUInt32BE(16)
}
