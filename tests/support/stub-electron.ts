// Something in the place of Electron's distribution for Linux, to pack against where that cannot be downloaded: it does not run.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Before the fuses in Electron's executable (https://github.com/electron/fuses). */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

/** In the order of Electron's documentation. */
export const fuses = [
  'runAsNode',
  'cookieEncryption',
  'nodeOptionsEnvironmentVariable',
  'nodeCliInspectArguments',
  'embeddedAsarIntegrityValidation',
  'onlyLoadAppFromAsar',
  'loadBrowserProcessSpecificV8Snapshot',
  'grantFileProtocolExtraPrivileges',
] as const

/** All fuses as Electron is built, but the wrong way round: what packing leaves as it was shows. */
export function writeStubElectron(folder: string): void {
  mkdirSync(join(folder, 'locales'), { recursive: true })
  const wire = Buffer.concat([Buffer.from(sentinel), Buffer.from([1, fuses.length]), Buffer.from('11110011')])
  writeFileSync(join(folder, 'electron'), Buffer.concat([Buffer.from('\x7fELF'), wire]), { mode: 0o755 })
  for (const file of ['LICENSE', 'LICENSES.chromium.html', 'locales/en-US.pak']) writeFileSync(join(folder, file), 'stub')
}

/** The fuses of an executable. */
export function readFuses(executable: string): Record<(typeof fuses)[number], boolean> {
  const bytes = readFileSync(executable)
  const at = bytes.indexOf(sentinel)
  if (at < 0) throw new Error(`${executable} has no fuses`)
  const values = bytes.subarray(at + sentinel.length + 2, at + sentinel.length + 2 + fuses.length).toString()
  return Object.fromEntries(fuses.map((name, i) => [name, values[i] === '1'])) as Record<(typeof fuses)[number], boolean>
}
