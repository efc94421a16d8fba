// Python's package manager, which fetches wheels from wherever the user has it fetch from.
import { readdir, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { makeFolder } from '../../../node/files.ts'
import { AppError } from '../../../shared/errors.ts'
import { run } from './command.ts'
import { sizeOf } from './room.ts'

/** The program and what comes before its arguments. */
type Python = readonly [program: string, ...before: string[]]

function candidates({ PYTHON }: NodeJS.ProcessEnv): Python[] {
  return [...(PYTHON ? [[PYTHON] as const] : []), ['python3'], ['python'], ['py', '-3']]
}

/** The first Python that has pip. @throws AppError 'unsupported' naming what was looked for */
async function findPython(signal: AbortSignal, environment: NodeJS.ProcessEnv = process.env): Promise<Python> {
  const tried = candidates(environment)
  const withoutPip: string[] = []
  for (const python of tried) {
    const [program, ...before] = python
    const ended = await run(program, [...before, '-m', 'pip', '--version'], { signal, env: environment })
    if (ended?.code === 0) return python
    if (ended) withoutPip.push(python.join(' '))
  }
  const found = withoutPip.length > 0 ? `${withoutPip.join(', ')} without pip` : 'none of them'
  throw new AppError('unsupported', `Python: expected ${tried.map((python) => python.join(' ')).join(', ')} with pip, found ${found}`)
}

/** Tags of the wheels for this system, newest first; which Python runs pip does not matter, since nothing of the wheel runs in it. */
function platformTags(): string[] {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  return ['manylinux_2_28', 'manylinux_2_27', 'manylinux_2_17', 'manylinux2014'].flatMap((tag) => ['--platform', `${tag}_${machine}`])
}

/** Fetches one wheel, without what it depends on, unless it is in the folder. @param scratch on the same disk @param onBytes how much of it has come
 * @returns its path @throws AppError 'unreachable' with what pip said, 'stopped' */
export async function fetchWheel(
  wheel: string,
  { folder, scratch }: { readonly folder: string; readonly scratch: string },
  { signal, onBytes }: { readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void },
): Promise<string> {
  const there = await wheelIn(folder)
  if (there) return there
  const [program, ...before] = await findPython(signal)
  const [coming, copied] = [join(scratch, 'coming'), join(scratch, 'copied')]
  for (const path of [folder, coming, copied]) await makeFolder(path)
  // Without pip's own cache: it would keep gigabytes a second time, and older pips hold a wheel in memory for it. Few have this very one there already.
  const args = [...before, '-m', 'pip', 'download', wheel, '--no-deps', '--only-binary=:all:', '--python-version', '3.11', '--implementation', 'cp', ...platformTags(), '--dest', copied, '--no-cache-dir', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off'] // prettier-ignore
  let most = 0
  const watch = setInterval(() => void sizeOf(coming).then((bytes) => onBytes((most = Math.max(most, bytes)))), 500)
  try {
    const ended = await run(program, args, { signal, env: { TMPDIR: coming } })
    const file = ended?.code === 0 ? await wheelIn(copied) : null
    if (!file) throw new AppError('unreachable', `${wheel}: expected it from Python's package manager, found: ${ended?.words ?? 'nothing'}`)
    // It gets its place when it is whole: pip copies it from where it came to, and may be ended on the way.
    const place = join(folder, basename(file))
    await rename(file, place)
    return place
  } finally {
    clearInterval(watch)
  }
}

async function wheelIn(folder: string): Promise<string | null> {
  const name = (await readdir(folder).catch(() => [])).find((file) => file.endsWith('.whl'))
  return name === undefined ? null : join(folder, name)
}
