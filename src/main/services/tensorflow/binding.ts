// The binding between Node and TensorFlow's libraries: the one that comes with the application if it fits, else built here.
import { access, copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../../shared/errors.ts'
import { run } from './command.ts'
import { bindingPackage, fetchPackage, headersPackage } from './npm-package.ts'

export const bindingName = 'tfjs_binding.node'

/** What a loaded binding says. */
const answer = z.object({ version: z.string(), graphicsCard: z.boolean() })
export type Loaded = z.infer<typeof answer>

export interface Libraries {
  /** Where TensorFlow's libraries lie, and the binding is to lie. */
  readonly folder: string
  /** TensorFlow's C headers. */
  readonly headers: string
  /** For sources and objects. */
  readonly scratch: string
}

/** Before anything is downloaded. @param resources what comes with the application
 * @throws AppError 'unsupported' if none comes with it and there is no compiler */
export async function requireMeans(resources: string, signal: AbortSignal): Promise<void> {
  if (await isThere(readyFile(resources))) return
  const name = compiler()
  if (!(await run(name, ['--version'], { signal }))) throw noCompiler(name)
}

/** @param resources what comes with the application @throws AppError 'unsupported' if none can be had */
export async function makeBinding(libraries: Libraries, resources: string, node: string, signal: AbortSignal): Promise<Loaded> {
  const file = join(libraries.folder, bindingName)
  const ready = readyFile(resources)
  if (await isThere(ready)) {
    await copyFile(ready, file)
    const loaded = await load(file, node, signal)
    if (!(loaded instanceof AppError)) return loaded
  }
  await build(file, libraries, signal)
  const loaded = await load(file, node, signal)
  if (loaded instanceof AppError) throw loaded
  return loaded
}

function readyFile(resources: string): string {
  return join(resources, 'tensorflow', `${process.platform}-${process.arch}`, bindingName)
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(() => true, () => false) // prettier-ignore
}

function compiler(): string {
  return process.env.CXX ?? 'g++'
}

function noCompiler(name: string): AppError {
  return new AppError(
    'unsupported',
    `TensorFlow: expected a C++ compiler to build its binding, found no ${name}; the package g++ or build-essential brings one`,
  )
}

/** Loads it in a process of its own: libraries that do not fit may end it. */
export async function load(file: string, node: string, signal: AbortSignal): Promise<Loaded | AppError> {
  const script =
    'const b = require(process.argv[1]); console.log(JSON.stringify({ version: b.TF_Version, graphicsCard: b.isUsingGpuDevice() }))'
  const ended = await run(node, ['-e', script, file], { signal, env: { TF_CPP_MIN_LOG_LEVEL: '2' } })
  const found = ended?.code === 0 ? answer.safeParse(JSON.parse(ended.stdout)) : null
  return found?.data ?? new AppError('unsupported', `TensorFlow: expected its libraries to load, found: ${ended?.words ?? 'nothing'}`)
}

/** RPATH and not RUNPATH: what TensorFlow's libraries look for in their turn (CUDA's) is then found beside them too. */
async function build(file: string, { folder, headers, scratch }: Libraries, signal: AbortSignal): Promise<void> {
  const [sources, node] = [join(scratch, 'binding'), join(scratch, 'node')]
  await fetchPackage(bindingPackage, 'binding', sources, signal)
  await fetchPackage(headersPackage, 'include', node, signal)
  const files = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(sources, name))
  const options = ['-std=c++17', '-O2', '-fPIC', '-shared', '-w', '-s', '-DNAPI_VERSION=8', `-I${node}`, `-I${headers}`]
  const linked = [`-L${folder}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2', '-Wl,--disable-new-dtags,-rpath,$ORIGIN']
  const name = compiler()
  const ended = await run(name, [...options, ...files, '-o', file, ...linked], { signal })
  if (!ended) throw noCompiler(name)
  if (ended.code !== 0) throw new AppError('unsupported', `TensorFlow: expected its binding to build, found: ${ended.words}`)
}
