// The real server as a process of its own, with a home folder of its own: it can be stopped, killed and started again at the same address.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { connect } from '../../../src/renderer/api/connect.ts'
import type { Api } from '../../../src/shared/contract/index.ts'
import type { Project } from '../../../src/shared/contract/projects.ts'
import type { Task } from '../../../src/shared/contract/tasks.ts'
import type { Connection } from '../../../src/shared/transport/connection.ts'
import { compiled } from '../../support/compiled.ts'

const root = resolve(import.meta.dirname, '../../..')
const token = 'a-token-for-interface-tests'

export class StudioServer {
  /** Everything of a test lies here; it is the user's home too. */
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'interface-')))
  address = ''
  readonly #words: readonly string[]
  #child: ChildProcess | null = null
  #connection: Connection | null = null

  /** @param words further ones for `serve` */
  constructor(words: readonly string[] = []) {
    this.#words = words
  }

  /** Opens the interface: leads on to `/` with a cookie. */
  get url(): string {
    return `${this.address}?token=${token}`
  }

  /** The services, to set the scene quickly; what a test is about goes through the page. */
  get api(): Api {
    this.#connection ??= connect({ address: this.address, token })
    return this.#connection.api
  }

  /** Of the server; 0 while it is stopped. */
  get processId(): number {
    return this.#child?.pid ?? 0
  }

  at(...parts: string[]): string {
    return join(this.folder, ...parts)
  }

  async start(): Promise<void> {
    mkdirSync(this.at('home'), { recursive: true })
    const port = this.address === '' ? '0' : new URL(this.address).port
    const child = spawn(process.execPath, [join(root, 'src/main/serve.ts'), '--port', port, '--token', token, ...this.#words], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        ...compiled,
        HOME: this.at('home'),
        USERPROFILE: this.at('home'),
        SELF_TUNING_HOME: this.at('data'),
        SELF_TUNING_CACHE: this.at('features'),
        // Not the one that other tests may compute with.
        SELF_TUNING_TENSORFLOW: '',
        // Empty: tests bring networks that train in seconds.
        SELF_TUNING_RESOURCES: this.at('resources'),
      },
    })
    this.#child = child
    let text = ''
    for await (const chunk of child.stdout) {
      text += String(chunk)
      const found = /http:\/\/[\d.]+:\d+\//.exec(text)?.[0]
      if (found === undefined) continue
      this.address = found
      return
    }
    throw new Error(`serve: expected an address, found ${JSON.stringify(text)}`)
  }

  /** @param signal SIGKILL: as a power cut would */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    this.#connection?.close()
    this.#connection = null
    const child = this.#child
    this.#child = null
    if (!child || child.exitCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }

  /** The end of a task. @throws Error where it did not go well */
  async done(started: Promise<{ task: string }>): Promise<Task> {
    const task = await this.api.tasks.wait(await started)
    if (task.state !== 'done') throw new Error(`${task.kind}: ${task.state}: ${task.error?.message ?? ''}`)
    return task
  }

  /** A project of a folder of images, labelled and split as the folder tells. */
  async project(images: string, { labels = true, name = 'project' } = {}): Promise<Project> {
    const project = await this.api.projects.create({ folder: this.at(name), name })
    await this.done(this.api.images.import({ project: project.id, folder: images, labels }))
    return this.api.projects.get({ project: project.id })
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
