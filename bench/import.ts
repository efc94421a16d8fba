// Imports many small images through the service, then opens the project again and reads pages of the list.
//   node bench/import.ts [--images 100000] [--keep FOLDER]
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Api } from '../src/shared/contract/index.ts'
import { createStudio } from '../src/main/studio.ts'
import { numberedJpegs } from '../tests/support/jpegs.ts'

const { values } = parseArgs({ options: { images: { type: 'string', default: '100000' }, keep: { type: 'string' } } })
const count = Number(values.images)
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'import-bench-'))
const photos = join(folder, 'photos')
const classes = 100

const signal = new AbortController().signal
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(2)} s`
const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`

if (!existsSync(photos)) await generate()

{
  const running = createStudio({ dataFolder: join(folder, 'data') })
  const call = async <T>(service: string, method: string, input: unknown): Promise<T> =>
    (await running.dispatcher.call(service, method, input, signal)) as T
  rmSync(join(folder, 'project'), { recursive: true, force: true })
  const { id: project } = await call<Awaited<ReturnType<Api['projects']['create']>>>('projects', 'create', {
    folder: join(folder, 'project'),
  })
  const stalls = watchStalls()
  const memory = watchMemory()
  const before = process.cpuUsage()
  for (const name of ['import', 'rescan'] as const) {
    const start = performance.now()
    const { task } = await call<{ task: string }>('images', name, name === 'import' ? { project, folder: photos } : { project })
    const { state, error, result } = await running.studio.tasks.wait(task)
    if (result?.kind !== name) throw new Error(`${state}: ${error?.message ?? ''}`)
    const time = (performance.now() - start) / 1000
    console.log(
      `${name}: ${count} images in ${time.toFixed(1)} s, ${Math.round(count / time)} images/s; longest stall of the server ${Math.round(stalls.longest())} ms`,
    )
  }
  const used = process.cpuUsage(before)
  const { server, engine, engineSeconds } = memory.stop()
  console.log(`CPU: server ${((used.user + used.system) / 1e6).toFixed(1)} s, engine ${engineSeconds.toFixed(1)} s (both scans)`)
  console.log(`peak memory: server ${megabytes(server)}, engine ${megabytes(engine)}`)
  stalls.stop()
  await running.close()
}

{
  const start = performance.now()
  const startCpu = cpuMilliseconds()
  const running = createStudio({ dataFolder: join(folder, 'data') })
  const call = async <T>(service: string, method: string, input: unknown): Promise<T> =>
    (await running.dispatcher.call(service, method, input, signal)) as T
  const { id: project } = await call<{ id: string }>('projects', 'open', { folder: join(folder, 'project') })
  await call('images', 'list', { project })
  console.log(`open with the first page: ${seconds(start)}, ${((cpuMilliseconds() - startCpu) / 1000).toFixed(2)} s of processor time`)
  const timed = async (what: string, method: string, input: object): Promise<void> => {
    await call('images', method, { project, ...input })
    const times: number[] = []
    for (let i = 0; i < 5; i++) {
      const from = cpuMilliseconds()
      await call('images', method, { project, ...input })
      times.push(cpuMilliseconds() - from)
    }
    console.log(`${what}: ${times.sort((a, b) => a - b)[2]?.toFixed(1)} ms of processor time`)
  }
  await timed('list, first 200', 'list', {})
  await timed('list, 200 in the middle', 'list', { offset: count / 2 })
  await timed('list, last 200', 'list', { offset: count - 200 })
  await timed('list, 200 with a text', 'list', { filter: { text: '99' } })
  await timed('all ids', 'ids', {})
  await timed('statistics', 'statistics', {})
  await timed('sources', 'sources', {})
  await timed('duplicates', 'duplicates', { kind: 'same' })
  await timed('unreadable', 'unreadable', {})
  await running.close()
}
if (values.keep === undefined) rmSync(folder, { recursive: true })

async function generate(): Promise<void> {
  const start = performance.now()
  const jpeg = await numberedJpegs()
  for (let label = 0; label < classes; label++) mkdirSync(join(photos, `class-${label}`), { recursive: true })
  for (let i = 0; i < count; i++) writeFileSync(join(photos, `class-${i % classes}`, `${i}.jpg`), jpeg(i))
  console.log(`${count} files of ${jpeg(0).length} bytes written in ${seconds(start)}`)
}

/** How long the server's thread could not answer, milliseconds of its own processor time: other programs do not count. */
function watchStalls(): { longest: () => number; stop: () => void } {
  let last = cpuMilliseconds()
  let longest = 0
  const timer = setInterval(() => {
    const now = cpuMilliseconds()
    longest = Math.max(longest, now - last)
    last = now
  }, 5)
  return { longest: () => longest, stop: () => clearInterval(timer) }
}

/** Of this thread. */
function cpuMilliseconds(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Peaks of resident memory, bytes, of this process and of its children, and the children's processor time. Linux. */
function watchMemory(): { stop: () => { server: number; engine: number; engineSeconds: number } } {
  let engine = 0
  const cpu = new Map<string, number>()
  const timer = setInterval(() => {
    for (const child of children()) {
      const status = read(`/proc/${child}/status`)
      engine = Math.max(engine, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024)
      const fields = read(`/proc/${child}/stat`).split(') ')[1]?.split(' ') ?? []
      cpu.set(child, (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100)
    }
  }, 100)
  return {
    stop: () => {
      clearInterval(timer)
      return { server: process.resourceUsage().maxRSS * 1024, engine, engineSeconds: [...cpu.values()].reduce((a, b) => a + b, 0) }
    },
  }
}

function children(): string[] {
  return read(`/proc/${process.pid}/task/${process.pid}/children`).split(' ').filter(Boolean)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
