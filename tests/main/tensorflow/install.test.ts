// Setting TensorFlow up with a Python, a wheel and a Node of the test's own.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  cpSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ZipFile } from 'yazl'
import { fromWheel } from '../../../src/main/services/tensorflow/from-wheel.ts'
import { install, remove, sourceOf, status } from '../../../src/main/services/tensorflow/install.ts'
import { bindingPackage } from '../../../src/main/services/tensorflow/npm-package.ts'
import { requireRoom } from '../../../src/main/services/tensorflow/room.ts'

vi.mock(import('../../../src/main/services/tensorflow/room.ts'), async (original) => {
  const all = await original()
  return { ...all, requireRoom: vi.fn(all.requireRoom) }
})

let root: string
const inRoot = (...path: string[]): string => join(root, ...path)
const folder = (): string => inRoot('data', 'tensorflow')

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tensorflow-'))
  for (const name of ['data', 'bin', 'wheels', `resources/tensorflow/${process.platform}-${process.arch}`])
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

/** Supplies a wheel with these files to pip; `listed` overrides what the wheel's list says of some. */
async function supply(
  wheel: string,
  files: Readonly<Record<string, string>>,
  listed: Readonly<Record<string, string>> = {},
): Promise<void> {
  const hash = (text: string): string => createHash('sha256').update(text).digest('base64url')
  const rows = Object.entries(files).map(([name, text]) => `${name},sha256=${hash(listed[name] ?? text)},${text.length}`)
  const zip = new ZipFile()
  for (const [name, text] of Object.entries({ ...files, 'tensorflow_cpu-2.21.0.dist-info/RECORD': rows.join('\n') }))
    zip.addBuffer(Buffer.from(text), name)
  zip.end()
  await once(zip.outputStream.pipe(createWriteStream(inRoot('wheels', wheel))), 'close')
}

/** A Python whose pip brings the wheels that are supplied, by a command that is told which file and where to. */
function python(bring = 'cp'): void {
  // What is asked for is the argument after `-m pip download`, the destination that after --dest.
  program('python', `echo "$@" >> ${inRoot('calls')}\nwheel="${inRoot('wheels')}/$4"\nwhile [ $# -gt 0 ]; do [ "$1" = --dest ] && ${bring} "$wheel" "$2/some-cp311.whl"; shift; done`) // prettier-ignore
}

async function pythonWith(files: Readonly<Record<string, string>>, listed: Readonly<Record<string, string>> = {}): Promise<void> {
  await supply(asked, files, listed)
  python()
}

/** What pip was asked for. */
function downloads(): string[] {
  return [...readFileSync(inRoot('calls'), 'utf8').matchAll(/pip download (\S+)/g)].map(([, wheel = '']) => wheel)
}

/** The wheel of the set-up for the processor. */
const asked = 'tensorflow-cpu==2.21.*'

function wheelsLeft(): string[] {
  const names = readdirSync(inRoot('data'), { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.whl')).map((name) => inRoot('data', name))
}

/** Meanwhile no binding loads, and none can be built: the wheel has come for nothing. */
async function failing(work: () => Promise<void>): Promise<void> {
  const node = readFileSync(inRoot('bin', 'node'))
  program('node', 'echo "wrong ELF class" >&2; exit 1')
  program('npm', 'exit 1')
  await work()
  writeFileSync(inRoot('bin', 'node'), node)
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

  it('asks for the version that the binding was tested with, for no other packages, and for no second copy', async () => {
    await pythonWith(wheel)
    await setUp()
    expect(readFileSync(inRoot('calls'), 'utf8')).toMatch(/pip download tensorflow-cpu==2\.21\.\* --no-deps .*--no-cache-dir/)
  })

  it('refuses a wheel whose content is not what its list says, and changes nothing', async () => {
    await pythonWith(wheel, { 'tensorflow/libtensorflow_cc.so.2': 'another' })
    await expect(setUp()).rejects.toMatchObject({
      code: 'bad-data',
      message: expect.stringMatching(/libtensorflow_cc\.so\.2: expected SHA-256/) as string,
    })
    expect(existsSync(folder())).toBe(false)
    // It came anew, once.
    expect(downloads()).toEqual([asked, asked])
  })

  it.each<[string, (whole: Buffer) => Buffer]>([
    ['empty', () => Buffer.of()],
    ['cut off', (whole) => whole.subarray(0, whole.length / 2)],
    ['without its index', (whole) => whole.fill('?', whole.indexOf('PK\x01\x02'))],
    ['other than it was', (whole) => whole.fill('?', 60, 90)],
  ])('fetches a wheel anew that another attempt has left %s', async (_, damaged) => {
    await pythonWith(wheel)
    await failing(() => expect(setUp()).rejects.toThrow())
    const [left = ''] = wheelsLeft()
    writeFileSync(left, damaged(readFileSync(left)))
    expect(await setUp()).toMatchObject({ version: '2.21.0' })
    expect(downloads()).toEqual([asked, asked])
  })

  it('keeps nothing of a wheel that pip was copying when it was killed', async () => {
    await pythonWith(wheel)
    program('copy', 'head -c 99 "$1" > "$2"; kill -9 $PPID')
    python('copy')
    await expect(setUp()).rejects.toMatchObject({ code: 'unreachable' })
    expect(wheelsLeft()).toEqual([])
  })

  it('asks for no room for what has come already', async () => {
    await pythonWith(wheel)
    await failing(async () => {
      await expect(setUp()).rejects.toThrow()
      await expect(setUp()).rejects.toThrow()
    })
    const { downloadBytes, diskBytes } = sourceOf('cpu')
    const { size } = statSync(inRoot('wheels', asked))
    expect(vi.mocked(requireRoom).mock.calls.slice(-2).map(([, bytes]) => bytes)).toEqual([downloadBytes + diskBytes, downloadBytes - size + diskBytes]) // prettier-ignore
  })

  it('counts all wheels for graphics cards as one download, those that are there included', async () => {
    const metadata = ['nvidia-a==1', 'nvidia-b==2'].map((one) => `Requires-Dist: ${one} ; extra == "and-cuda"`).join('\n')
    await supply('tensorflow==2.21.*', { ...wheel, 'tensorflow-2.21.0.dist-info/METADATA': metadata })
    await supply('nvidia-a==1', { 'nvidia/a/lib/liba.so.1': 'a' })
    await supply('nvidia-b==2', { 'nvidia/b/lib/libb.so.2': 'bb' })
    python()
    program('node', `echo '{"version":"2.21.0","graphicsCard":true}'`)
    program('nvidia-smi', 'echo 570.10')
    const places = { target: inRoot('new'), cache: inRoot('cache'), scratch: inRoot('scratch'), resources: inRoot('resources'), node: inRoot('bin', 'node') } // prettier-ignore
    for (const path of [places.target, places.scratch, join(places.cache, 'nvidia-b==2')]) mkdirSync(path, { recursive: true })
    cpSync(inRoot('wheels', 'nvidia-b==2'), join(places.cache, 'nvidia-b==2', 'b.whl'))
    const [first = 0, a = 0, b = 0] = ['tensorflow==2.21.*', 'nvidia-a==1', 'nvidia-b==2'].map(
      (one) => statSync(inRoot('wheels', one)).size,
    )
    const source = { ...sourceOf('cuda'), downloadBytes: first + a + b }
    const done: number[] = []
    await fromWheel(source, places, {
      signal: new AbortController().signal,
      progress: (one) => {
        if (one.task.startsWith('downloading')) done.push(one.done)
      },
    })
    expect(done).toEqual([b, b + first, b + first + a])
    expect(downloads()).toEqual(['tensorflow==2.21.*', 'nvidia-a==1'])
    expect(readdirSync(places.target)).toEqual(expect.arrayContaining(['liba.so.1', 'libb.so.2']))
  })

  it("leaves a folder alone that holds something else than TensorFlow's", async () => {
    await pythonWith(wheel)
    mkdirSync(folder())
    writeFileSync(join(folder(), 'thesis.txt'), 'mine')
    await expect(setUp()).rejects.toThrow(/expected TensorFlow's own folder or an empty one/)
    await expect(remove(folder())).rejects.toThrow(/expected TensorFlow's own folder or an empty one/)
    expect(readdirSync(inRoot('data', 'tensorflow'))).toEqual(['thesis.txt'])
    expect(readdirSync(inRoot('data'))).toEqual(['tensorflow'])
  })

  it('uses what has come again after an attempt that failed', async () => {
    await pythonWith(wheel)
    program('node', 'echo "wrong ELF class" >&2; exit 1')
    rmSync(inRoot('resources'), { recursive: true })
    vi.stubEnv('CXX', 'compiler')
    program('compiler', '[ "$1" = --version ]')
    program('npm', 'exit 1')
    await expect(setUp()).rejects.toMatchObject({ code: expect.stringMatching(/unsupported|unreachable/) as string })
    await expect(setUp()).rejects.toThrow()
    expect(downloads()).toEqual([asked])
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
