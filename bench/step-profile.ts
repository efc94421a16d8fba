// Sums ONNX Runtime's profile by the graph's operator and by the kernel that its lowering used.
import { readFileSync } from 'node:fs'

interface ProfileEvent {
  cat: string
  name: string
  dur: number
  args: { op_name?: string }
}

/** Prints milliseconds a run for every operator of the graph, medians over the runs but the first. */
export function printProfile(files: readonly string[]): void {
  const durations = new Map<string, { op: string; times: number[] }>()
  for (const file of files) {
    for (const event of JSON.parse(readFileSync(file, 'utf8')) as ProfileEvent[]) {
      if (event.cat !== 'Node' || !event.name.endsWith('_kernel_time')) continue
      const entry = durations.get(event.name) ?? { op: event.args.op_name ?? '', times: [] }
      entry.times.push(event.dur / 1e3)
      durations.set(event.name, entry)
    }
  }
  const operators = new Map<string, Map<string, number>>()
  for (const [name, { op, times }] of durations) {
    const sorted = (times.length > 1 ? times.slice(1) : times).toSorted((a, b) => a - b)
    const kernels = operators.get(name.split('/')[0] ?? name) ?? new Map<string, number>()
    kernels.set(op, (kernels.get(op) ?? 0) + (sorted[sorted.length >> 1] ?? 0))
    operators.set(name.split('/')[0] ?? name, kernels)
  }
  const total = (kernels: Map<string, number>): number => [...kernels.values()].reduce((a, b) => a + b, 0)
  console.log(`  profile, ms a step (${[...operators.values()].map(total).reduce((a, b) => a + b, 0).toFixed(1)} in kernels; measuring slows small ones)`) // prettier-ignore
  for (const [operator, kernels] of [...operators].sort((a, b) => total(b[1]) - total(a[1]))) {
    const parts = [...kernels].sort((a, b) => b[1] - a[1]).filter(([, ms]) => ms >= 0.1)
    console.log(`  ${total(kernels).toFixed(1).padStart(8)} ${operator}: ${parts.map(([op, ms]) => `${op} ${ms.toFixed(1)}`).join(', ')}`)
  }
}
