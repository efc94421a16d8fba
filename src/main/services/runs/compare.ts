// In what the settings of runs differ.
import type { Run, RunConfig } from '../../../shared/contract/runs.ts'

type Value = string | number | boolean | number[] | null
export interface Difference {
  setting: string
  /** One a run, in their order; null where a run does not say. */
  values: Value[]
}

export function differences(runs: readonly Run[]): Difference[] {
  const flat = runs.map(({ config }) => flatten(config))
  const names = new Set(flat.flatMap((settings) => [...settings.keys()]))
  return [...names]
    .map((setting) => ({ setting, values: flat.map((settings) => settings.get(setting) ?? null) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1)
}

/** `labels` and `settings` by their fields, e.g. `labels.perClass`, `settings.temperature`. */
function flatten({ labels, settings, ...config }: RunConfig): Map<string, Value> {
  const nested = { labels: labels ?? {}, settings }
  const inner = Object.entries(nested).flatMap(([group, fields]) =>
    Object.entries(fields).map(([name, value]): [string, Value] => [`${group}.${name}`, value]),
  )
  return new Map([...Object.entries(config).map(([name, value]): [string, Value] => [name, value ?? null]), ...inner])
}
