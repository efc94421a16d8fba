// What decides whether a device works and how fast, as far as it can be read without trying: when it changes, what was tried before counts no more.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { noteFile, tensorflowFolder } from '../../../node/tensorflow.ts'
import { libraries, version } from '../../version.ts'
import { cudaLibrary } from './cuda-place.ts'

/** A short text that is another one after an update of the system, of a driver, of a library or of this program, whose graphs may be others. */
export async function deviceFacts(platform: NodeJS.Platform = process.platform): Promise<string> {
  const facts = {
    program: version(),
    libraries: libraries(),
    system: `${platform} ${process.arch} ${release()}`,
    processor: cpus()[0]?.model ?? '',
    graphics: await (readers[platform] ?? (() => Promise.resolve([])))(),
    cuda: await modified(cudaLibrary()),
    tensorflow: await modified(noteFile(tensorflowFolder())),
  }
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16)
}

const readers: Readonly<Partial<Record<NodeJS.Platform, () => Promise<unknown>>>> = { linux: linuxGraphics, win32: windowsGraphics }

/** Cards by their PCI numbers, NVIDIA's driver by what it says, and the Vulkan drivers with their times. Apple's drivers come with the system. */
async function linuxGraphics(): Promise<unknown> {
  const cards = (await readdir('/sys/class/drm').catch(() => [])).filter((name) => /^card\d+$/.test(name))
  const numbers = await Promise.all(
    cards.map(async (card) => [
      card,
      await line(`/sys/class/drm/${card}/device/vendor`),
      await line(`/sys/class/drm/${card}/device/device`),
    ]),
  )
  const drivers = await Promise.all(['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'].map(listed))
  return [numbers, await line('/proc/driver/nvidia/version'), drivers, process.env.VK_ICD_FILENAMES ?? null]
}

/** Names and versions of the drivers, from the registry's class of display adapters. Its key `Properties` is closed to users: reg may
 * end with an error there, after what it has found. */
async function windowsGraphics(): Promise<unknown> {
  const adapters = String.raw`HKLM\SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}`
  const query = (value: string): Promise<string> =>
    promisify(execFile)('reg', ['query', adapters, '/s', '/v', value], { windowsHide: true, timeout: 5_000 }).then(
      ({ stdout }) => stdout,
      (error: unknown) => (error as { readonly stdout?: string }).stdout ?? '',
    )
  return [await query('DriverVersion'), await query('DriverDesc')]
}

/** The first line of a file, or null. */
async function line(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => null)
  return text?.split('\n')[0] ?? null
}

async function listed(folder: string): Promise<unknown> {
  const names = await readdir(folder).catch(() => [])
  return Promise.all(names.sort().map(async (name) => [name, await modified(join(folder, name))]))
}

async function modified(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null)
  return found?.mtimeMs ?? null
}
