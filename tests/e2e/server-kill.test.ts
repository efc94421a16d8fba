// kill -9 of the real server while it labels and imports: every change that was answered is there afterwards, and the project opens whole.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { Random } from '../../src/core/tensor/random.ts'
import { connect } from '../../src/renderer/api/connect.ts'
import type { Connection } from '../../src/shared/transport/connection.ts'
import { numberedJpegs } from '../support/jpegs.ts'

const kills = 20
const serve = resolve(import.meta.dirname, '../../src/main/serve.ts')
const token = 'a-token-for-this-test-only'
const folder = mkdtempSync(join(tmpdir(), 'server-kill-'))
const home = join(folder, 'project')
let child: ChildProcess | null = null
afterAll(() => {
  child?.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** A server of its own, and the address that it prints. */
async function start(): Promise<Connection> {
  child = spawn(process.execPath, [serve, '--port', '0', '--token', token], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, SELF_TUNING_HOME: join(folder, 'data') },
  })
  let text = ''
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk)
    const address = /http:\/\/[\d.]+:\d+\//.exec(text)?.[0]
    if (address !== undefined) return connect({ address, token })
  }
  throw new Error(`expected an address, found ${text}`)
}

async function kill(connection: Connection): Promise<void> {
  connection.close()
  const gone = child && once(child, 'exit')
  child?.kill('SIGKILL')
  await gone
}

test(`${kills} kills while labelling and importing`, async () => {
  const random = new Random(7)
  const jpeg = await numberedJpegs(24)
  let written = 0
  const put = (name: string, count: number): string => {
    const place = join(folder, name)
    mkdirSync(place, { recursive: true })
    for (let i = 0; i < count; i++) writeFileSync(join(place, `${String(i).padStart(5, '0')}.jpg`), jpeg(written++))
    return place
  }

  let connection = await start()
  const { id: project } = await connection.api.projects.create({ folder: home })
  await connection.api.tasks.wait(await connection.api.images.import({ project, folder: put('first', 200) }))
  const classes: number[] = []
  for (const name of ['fir', 'oak', 'yew']) classes.push((await connection.api.classes.create({ project, name })).id)
  const { images } = await connection.api.images.ids({ project })

  /** Labels as they were answered, oldest first: an undo takes one off. */
  const answered = [new Map<number, number>()]
  const now = (): Map<number, number> => answered.at(-1) ?? new Map<number, number>()
  /** What the call under way leads to, if it was carried out. */
  let possible: Map<number, number>[] = []

  const label = async ({ api }: Connection): Promise<void> => {
    if (answered.length > 1 && random.uniform() < 0.2) {
      possible = answered.slice(0, -1)
      await api.labels.undo({ project })
      answered.pop()
    } else {
      const chosen = new Map(now())
      const some = Array.from({ length: 1 + random.integer(5) }, () => images[random.integer(images.length)] ?? 0)
      const target = classes[random.integer(classes.length)] ?? 0
      // Images that have the label already are not changed, and a call that changes none is no action.
      if (some.every((image) => chosen.get(image) === target)) return
      for (const image of some) chosen.set(image, target)
      possible = [...answered, chosen]
      await api.labels.assign({ project, selection: { images: some }, class: target })
      answered.push(chosen)
    }
    possible = []
  }

  for (let round = 0; round < kills; round++) {
    const importing = round % 4 === 3
    const place = importing ? put(`more-${round}`, 2000) : null
    if (place !== null) await connection.api.images.import({ project, folder: place })
    const end = delay(20 + random.integer(importing ? 1000 : 300)).then(() => kill(connection))
    try {
      for (;;) await label(connection)
    } catch {
      // The server is gone.
    }
    await end

    connection = await start()
    await connection.api.projects.open({ folder: home })
    const { images: rows } = await connection.api.images.list({ project, filter: { labelled: true }, limit: 10_000 })
    const found = new Map(rows.map(({ id, class: one }) => [id, one ?? 0]))
    const allowed = possible.length === 0 ? [answered] : [answered, answered.at(-1) === possible.at(-1) ? answered : possible]
    const match = allowed.find((history) => same(history.at(-1) ?? new Map<number, number>(), found))
    expect(match, `round ${round}: labels are as answered, or as the last call would have left them`).toBeDefined()
    answered.splice(0, Infinity, ...(match ?? []))
    possible = []
    if (place !== null) {
      await connection.api.tasks.wait(await connection.api.images.rescan({ project }))
      expect((await connection.api.images.statistics({ project })).images).toBe(written)
    }
  }
  expect(await connection.api.projects.check({ folder: home })).toMatchObject({ whole: true, problems: [] })
  // The history is whole too: back to the beginning.
  while ((await connection.api.labels.undo({ project })).action?.kind === 'assign') continue
  expect((await connection.api.images.statistics({ project })).labelled).toBe(0)

  const second = spawn(process.execPath, [serve, '--project', home, '--port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, SELF_TUNING_HOME: join(folder, 'data') },
  })
  let refusal = ''
  second.stderr.setEncoding('utf8').on('data', (text: string) => (refusal += text))
  expect(await once(second, 'exit')).toEqual([1, null])
  expect(refusal).toMatch(/^error: .*project.*open in another.*\n$/)
  await kill(connection)
})

function same(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): boolean {
  return a.size === b.size && [...a].every(([image, label]) => b.get(image) === label)
}
