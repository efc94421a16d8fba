// One training step (forward, backward, SGD with Nesterov momentum and weight decay, BatchNormalization in train mode), ours and PyTorch's, interleaved.
// Usage: node bench/step.ts [--network NAME] [--threads N] [--batch N] [--rounds N] [--steps N] [--engine onnxruntime|tensorflow|both|webgpu|cuda|dml|coreml] [--torch-device cpu|cuda] [--half] [--profile] [--large-pages];
// PYTHON names the Python that has torch.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { readSafetensors } from '../src/core/tensor/safetensors.ts'
import type { HostTensor } from '../src/core/tensor/tensor.ts'
import { engineNames } from './engines.ts'
import { LineProcess, runToEnd } from './line-process.ts'
import { printProfile } from './step-profile.ts'
import { median } from './statistics.ts'

const options = { network: { type: 'string' }, threads: { type: 'string' }, batch: { type: 'string' }, rounds: { type: 'string' }, steps: { type: 'string' }, engine: { type: 'string' }, 'torch-device': { type: 'string' }, half: { type: 'boolean' }, profile: { type: 'boolean' }, 'large-pages': { type: 'boolean' } } as const // prettier-ignore
const { values } = parseArgs({ options })
const { threads = '2', rounds = '7', steps = '4', engine = 'onnxruntime', 'torch-device': torchDevice = 'cpu' } = values
const chosen = engine === 'both' ? engineNames : [engine]
/** Edge of the images in pixels, and images a step. */
const usual: Readonly<Record<string, { image: string; batch: string }>> = {
  resnet18: { image: '64', batch: '32' },
  mobilenet_v2: { image: '128', batch: '32' },
  resnet50: { image: '160', batch: '16' },
}
const python = process.env.PYTHON ?? 'python3'
const here = import.meta.dirname
/** The application starts its engine with this; PyTorch has it with --large-pages only. */
const largePages = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' }
const other = values['large-pages'] ? largePages : {}

interface Report {
  times: number[]
  peakBytes: number
  parameters?: number
  multiplyAdds?: number
}

for (const network of values.network ? [values.network] : ['resnet18', 'mobilenet_v2']) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-step-'))
  try {
    await benchmark(network, folder)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function benchmark(network: string, folder: string): Promise<void> {
  const about = usual[network]
  if (!about) throw new Error(`unknown network ${network}: expected one of ${Object.keys(usual).join(', ')}`)
  const { image } = about
  const batch = values.batch ?? about.batch
  const data = join(folder, 'data')
  const ours = (name: string): string[] => [
    join(here, 'step-ours.ts'),
    network,
    image,
    batch,
    threads,
    name,
    values.half ? 'float16' : 'float32',
  ]
  const theirs = (format: string, mode: string): string[] => [
    join(here, 'pytorch', 'step.py'),
    network,
    threads,
    torchDevice,
    format,
    mode,
    data,
  ]
  await runToEnd(process.execPath, [...ours('none'), 'weights', data])
  console.log(`${network}, ${image} px, batch ${batch}, ${threads} threads, PyTorch on ${torchDevice}`)

  await runToEnd(python, theirs('nchw', 'check'))
  for (const name of chosen) {
    await runToEnd(process.execPath, [...ours(name), 'check', data])
    compare(data, name)
  }

  const sides = new Map([
    ...chosen.map((name) => [`ours, ${name}`, new LineProcess(process.execPath, [...ours(name), 'time', data], largePages)] as const),
    ['PyTorch, channels first', new LineProcess(python, theirs('nchw', 'time'), other)],
    ['PyTorch, channels last', new LineProcess(python, theirs('channels_last', 'time'), other)],
  ])
  const times = new Map<string, number[]>()
  const last = new Map<string, Report>()
  for (let round = 0; round < Number(rounds); round++) {
    for (const [name, side] of sides) {
      const report = JSON.parse(await side.ask(steps)) as Report
      last.set(name, report)
      // The first round warms up.
      if (round > 0) times.set(name, [...(times.get(name) ?? []), ...report.times])
    }
  }
  for (const side of sides.values()) await side.end()

  const { multiplyAdds = 0, parameters = 0 } = last.get(`ours, ${chosen[0]}`) ?? {}
  console.log(
    `  ${(parameters / 1e6).toFixed(1)} M parameters, ${((6 * multiplyAdds) / 1e9).toFixed(1)} GFLOP a step if counted as plain convolutions`,
  )
  for (const [name, all] of times) {
    const ms = median(all)
    const memory = ((last.get(name)?.peakBytes ?? 0) / 2 ** 20).toFixed(0)
    const rates = `${((Number(batch) / ms) * 1e3).toFixed(0)} images/s, ${((6 * multiplyAdds) / ms / 1e6).toFixed(0)} GFLOP/s`
    console.log(
      `  ${name.padEnd(24)} ${ms.toFixed(1)} ms a step (fastest ${Math.min(...all).toFixed(1)}), ${rates}, peak memory ${memory} MB`,
    )
  }
  const best = (of: (name: string) => number): number => Math.min(...[...times.keys()].filter((name) => name.startsWith('PyTorch')).map(of))
  const [time, memory] = [(name: string) => median(times.get(name) ?? []), (name: string) => last.get(name)?.peakBytes ?? 0]
  for (const name of chosen.map((own) => `ours, ${own}`)) {
    console.log(
      `  ${name} over PyTorch's better: time ${(time(name) / best(time)).toFixed(2)}, memory ${(memory(name) / best(memory)).toFixed(2)}`,
    )
  }
  if (values.profile) for (const name of chosen) await profile(join(folder, name), [...ours(name), 'time', data])
}

/** In a run of its own: writing the profile slows the step. */
async function profile(folder: string, command: readonly string[]): Promise<void> {
  mkdirSync(folder)
  const side = new LineProcess(process.execPath, [...command, join(folder, 'profile')], largePages)
  await side.ask(String(3 * Number(steps)))
  await side.end()
  const files = readdirSync(folder).filter((file) => file.startsWith('profile'))
  printProfile(files.map((file) => join(folder, file)))
}

/** Loss and gradients of both sides against PyTorch in float64. The loss and the last layer's gradient must agree to 1e-3. Further down, an activation that
 * rounding puts on the other side of zero changes gradients by some 1e-3 on either side, so that their median may be 2e-2,
 * and more in a deeper network: as much as three times PyTorch's; a wrong gradient is off by 1. */
function compare(data: string, engine: string): void {
  const read = (suffix: string): Record<string, HostTensor> => {
    const path = `${data}.${suffix}`
    if (!existsSync(path)) throw new Error(`${path} was not written`)
    return readSafetensors(readFileSync(path)).tensors
  }
  const [ours, theirs, truth] = [read('ours'), read('torch'), read('truth')]
  const names = Object.keys(truth).filter((name) => name !== 'loss')
  const largest = Math.max(...names.map((name) => norm(truth[name])))
  const error = (side: Record<string, HostTensor>, name: string): number =>
    norm(side[name], truth[name]) / (norm(truth[name]) + (name === 'loss' ? 0 : 1e-3 * largest))
  const last = names.findLast((name) => name.endsWith('.weight')) ?? 'loss'
  const summary = ([side, tensors]: readonly [string, Record<string, HostTensor>]): string => {
    const gradients = median(names.map((name) => error(tensors, name)))
    return `${side} loss ${digits(error(tensors, 'loss'))}, ${last} ${digits(error(tensors, last))}, median of ${names.length} gradients ${digits(gradients)}`
  }
  console.log(`  relative errors: ${([[`ours, ${engine},`, ours], ['PyTorch', theirs]] as const).map(summary).join('; ')}`) // prettier-ignore
  const middle = (side: Record<string, HostTensor>): number => median(names.map((name) => error(side, name)))
  if (error(ours, 'loss') > 1e-3 || error(ours, last) > 1e-3 || middle(ours) > Math.max(2e-2, 3 * middle(theirs)))
    throw new Error('the two sides do not compute the same step')
}

function digits(value: number): string {
  return value.toExponential(1)
}

/** Euclidean norm of a tensor, or of the difference of two. */
function norm(a: HostTensor | undefined, b?: HostTensor): number {
  if (!a) throw new Error('a gradient is missing')
  let sum = 0
  a.data.forEach((value: number | bigint, i: number) => (sum += (Number(value) - Number(b?.data[i] ?? 0)) ** 2))
  return Math.sqrt(sum)
}
