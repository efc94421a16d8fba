// Which operators of a program ONNX Runtime computes on the processor instead of the device: the profile of the first run tells.
import { mkdtempSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { InferenceSession } from 'onnxruntime-node'

const events = z.array(z.object({ cat: z.string(), name: z.string(), args: z.object({ provider: z.string() }).partial().optional() }))
const kernel = '_kernel_time'

/** Profiles a session's first run. */
export class Placement {
  readonly #folder = mkdtempSync(join(tmpdir(), 'self-tuning-profile-'))
  #isRead = false

  /** Where ONNX Runtime is to write its profile. */
  get prefix(): string {
    return join(this.#folder, 'run')
  }

  /** Ends the profile. @returns how often each of the graph's operators is computed by ONNX Runtime's CPU kernels; empty when asked again */
  async read(session: InferenceSession): Promise<ReadonlyMap<string, number>> {
    if (this.#isRead) return new Map()
    this.#isRead = true
    session.endProfiling()
    const [file] = await readdir(this.#folder)
    const text = file === undefined ? '[]' : await readFile(join(this.#folder, file), 'utf8')
    await this.remove()
    return onProcessor(text)
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true })
  }
}

/** @param profile in Chrome's trace format, as ONNX Runtime writes it */
export function onProcessor(profile: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { cat, name, args } of events.parse(JSON.parse(profile))) {
    if (cat !== 'Node' || !name.endsWith(kernel) || args?.provider !== 'CPUExecutionProvider') continue
    // Nodes are named `<operator of the graph>/<ONNX operator>_<number>`.
    const operator = name.slice(0, -kernel.length).split('/')[0] ?? name
    counts.set(operator, (counts.get(operator) ?? 0) + 1)
  }
  return counts
}
