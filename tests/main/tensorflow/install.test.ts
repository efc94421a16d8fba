// Setting TensorFlow up with a Python, a wheel and a Node of the test's own.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ZipFile } from 'yazl'
import { install, remove, status } from '../../../src/main/services/tensorflow/install.ts'
import { bindingPackage } from '../../../src/main/services/tensorflow/npm-package.ts'

let root: string
const inRoot = (...path: string[]): string => join(root, ...path)
const folder = (): string => inRoot('data', 'tensorflow')

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tensorflow-'))
  for (const name of ['data', 'bin', `resources/tensorflow/${process.platform}-${process.arch}`])
    mkdirSync(inRoot(name), { recursive: true })
  // The binding that comes with the application.
  writeFileSync(inRoot('resources', 'tensorflow', `${process.platform}-${process.arch}`, 'tfjs_binding.node'), 'binding')
  program('node', `echo '{"version":"2.21.0","graphicsCard":false}'`)
  vi.stubEnv('PATH', `${inRoot('bin')}:/usr/bin:/bin`)
  vi.stubEnv('PYTHON', inRoot('bin', 'python'))
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true })
})

function program(name: string, script: string): void {
  writeFileSync(inRoot('bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}

/** A Python whose pip supplies a wheel with these files; `listed` overrides what the wheel's list says of some. */
async function pythonWith(files: Readonly<Record<string, string>>, listed: Readonly<Record<string, string>> = {}): Promise<void> {
  const hash = (text: string): string => createHash('sha256').update(text).digest('base64url')
  const rows = Object.entries(files).map(([name, text]) => `${name},sha256=${hash(listed[name] ?? text)},${text.length}`)
  const zip = new ZipFile()
  for (const [name, text] of Object.entries({ ...files, 'tensorflow_cpu-2.21.0.dist-info/RECORD': rows.join('\n') }))
    zip.addBuffer(Buffer.from(text), name)
  zip.end()
  await once(zip.outputStream.pipe(createWriteStream(inRoot('wheel'))), 'close')
  // The destination is the argument after --dest.
  program('python', `echo "$@" >> ${inRoot('calls')}\nwhile [ $# -gt 0 ]; do [ "$1" = --dest ] && cp ${inRoot('wheel')} "$2/tensorflow_cpu-2.21.0-cp311.whl"; shift; done`) // prettier-ignore
}

const wheel = {
  'tensorflow/libtensorflow_cc.so.2': 'library',
  'tensorflow/libtensorflow_framework.so.2': 'framework',
  'tensorflow/include/tensorflow/c/c_api.h': 'header',
  'tensorflow/python/ops.py': 'python',
}

function setUp(signal: AbortSignal = new AbortController().signal): ReturnType<typeof install> {
  return install(
    'cpu',
    { folder: folder(), resources: inRoot('resources'), node: inRoot('bin', 'node') },
    { signal, progress: () => undefined },
  )
}

describe.skipIf(process.platform !== 'linux')('setting TensorFlow up from a wheel', () => {
  it('takes the two libraries out of it, puts the binding beside them, and leaves nothing else', async () => {
    await pythonWith(wheel)
    const note = await setUp()
    expect(note).toEqual({ version: '2.21.0', source: 'cpu', graphicsCard: false, binding: 'tfjs_binding.node', bytes: 23 })
    expect(readdirSync(folder()).sort()).toEqual([
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
      'tensorflow.json',
      'tfjs_binding.node',
    ])
    expect(readFileSync(join(folder(), 'libtensorflow_cc.so.2'), 'utf8')).toBe('library')
    expect(readdirSync(inRoot('data'))).toEqual(['tensorflow'])
    expect((await status(folder())).installed).toEqual(note)
  })

  it('asks for the version that the binding was tested with, and for no other packages', async () => {
    await pythonWith(wheel)
    await setUp()
    expect(readFileSync(inRoot('calls'), 'utf8')).toMatch(/pip download tensorflow-cpu==2\.21\.\* --no-deps/)
  })

  it('refuses a wheel whose content is not what its list says, and changes nothing', async () => {
    await pythonWith(wheel, { 'tensorflow/libtensorflow_cc.so.2': 'another' })
    await expect(setUp()).rejects.toMatchObject({
      code: 'bad-data',
      message: expect.stringMatching(/libtensorflow_cc\.so\.2: expected SHA-256/) as string,
    })
    expect(existsSync(folder())).toBe(false)
  })

  it('uses what has come again after an attempt that failed', async () => {
    await pythonWith(wheel)
    program('node', 'echo "wrong ELF class" >&2; exit 1')
    rmSync(inRoot('resources'), { recursive: true })
    vi.stubEnv('CXX', 'compiler')
    program('compiler', '[ "$1" = --version ]')
    program('npm', 'exit 1')
    await expect(setUp()).rejects.toMatchObject({ code: expect.stringMatching(/unsupported|unreachable/) as string })
    const downloads = readFileSync(inRoot('calls'), 'utf8').match(/download/g)
    await expect(setUp()).rejects.toThrow()
    expect(readFileSync(inRoot('calls'), 'utf8').match(/download/g)).toEqual(downloads)
    await remove(folder())
    expect(readdirSync(inRoot('data'))).toEqual([])
  })

  it('says that there is no compiler before anything is downloaded', async () => {
    await pythonWith(wheel)
    rmSync(inRoot('resources'), { recursive: true })
    vi.stubEnv('CXX', 'no-such-compiler')
    await expect(setUp()).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('no-such-compiler') as string })
    expect(existsSync(inRoot('calls')) ? readFileSync(inRoot('calls'), 'utf8') : '').not.toContain('download')
    expect(readdirSync(inRoot('data'))).toEqual([])
  })

  it('says what pip said', async () => {
    program('python', '[ "$3" = --version ] || { echo "No matching distribution found for tensorflow-cpu" >&2; exit 1; }')
    await expect(setUp()).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('No matching distribution') as string,
    })
  })

  it('says what it looked for where there is no Python with pip', async () => {
    for (const name of ['python', 'python3', 'py']) program(name, 'exit 1')
    await expect(setUp()).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringMatching(/python3.*with pip, found .* without pip/) as string,
    })
  })

  it('stops when asked, and leaves what was there', async () => {
    await pythonWith(wheel)
    const before = await setUp()
    program('python', '[ "$3" = --version ] || sleep 60')
    const stopping = new AbortController()
    const stopped = setUp(stopping.signal)
    setTimeout(() => stopping.abort(), 300)
    await expect(stopped).rejects.toMatchObject({ code: 'stopped' })
    expect((await status(folder())).installed).toEqual(before)
  })
})

it('takes the binding of the version that package.json names', () => {
  const { peerDependencies } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
    peerDependencies: Record<string, string>
  }
  expect(peerDependencies[bindingPackage.name]).toBe(bindingPackage.version)
})
