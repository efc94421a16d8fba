// What runs are called by people: methods and networks by their names, labels by their number, settings by what they mean.
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useApi } from '../../api/platform.ts'
import { useFormat } from '../../composables/use-format.ts'
import { useResource } from '../../composables/use-resource.ts'
import { i18n } from '../../i18n.ts'
import type { Run, RunConfig } from '../../../shared/contract/runs.ts'

type Value = string | number | boolean | readonly number[] | null

/** Settings of a run's configuration that have words of their own. */
const named = [
  'method',
  'backbone',
  'labels.perClass',
  'labels.proportion',
  'budget',
  'depth',
  'steps',
  'imageSize',
  'normalize',
  'batch',
  'seed',
  'device',
] as const
type Named = (typeof named)[number]

export const useRunWords = defineStore('run-words', () => {
  const api = useApi()
  const format = useFormat()
  const { t } = i18n.global
  const { data: known } = useResource((signal) => api.runs.methods({}, { signal }))
  const { data: networks } = useResource((signal) => api.backbones.list({}, { signal }), { on: { 'backbones.changed': true } })
  const titles = computed(() => new Map(known.value?.methods.map(({ id, title }) => [id, title])))
  const names = computed(() => new Map(networks.value?.backbones.map(({ id, name }) => [id, name])))
  const helps = computed(() => {
    const all = [...(known.value?.training ?? []), ...(known.value?.methods.flatMap(({ settings }) => settings) ?? [])]
    return new Map(all.map(({ name, help }) => [name, help]))
  })

  const method = (id: string): string => titles.value.get(id) ?? id
  const backbone = (id: string): string => names.value.get(id) ?? id
  const labels = ({ labels: budget }: Pick<RunConfig, 'labels'>): string => {
    if (!budget) return t('results.labels.all')
    return 'perClass' in budget
      ? t('results.labels.perClass', { count: budget.perClass })
      : t('results.labels.proportion', { share: format.percent(budget.proportion, 0) })
  }
  /** @returns what a setting is called, and what it means */
  const setting = (name: string): { label: string; help: string | null } => {
    const own = named.find((one) => one === name)
    if (own) return { label: t(`results.settings.${keyOf(own)}`), help: null }
    const short = name.replace(/^settings\./, '')
    return { label: short, help: helps.value.get(short) ?? null }
  }
  const value = (name: string, given: Value): string => {
    if (given === null) return name.startsWith('labels.') ? '–' : t('results.settings.default')
    if (name === 'method') return method(String(given))
    if (name === 'backbone') return backbone(String(given))
    if (name === 'budget') return t(`results.budgets.${given as RunConfig['budget']}`)
    if (name === 'labels.proportion') return format.percent(Number(given), 0)
    if (typeof given === 'boolean') return t(given ? 'results.settings.on' : 'results.settings.off')
    if (typeof given === 'number') return name === 'seed' ? String(given) : numberOf(given)
    return typeof given === 'string' ? given : given.map(numberOf).join(', ')
  }
  return { method, backbone, labels, setting, value }
})

/** All its digits: a setting of 0.0005 is not 0. */
function numberOf(value: number): string {
  return new Intl.NumberFormat(i18n.global.locale.value, { maximumSignificantDigits: 6 }).format(value)
}

function keyOf(name: Named): Exclude<Named, `labels.${string}`> | 'perClass' | 'proportion' {
  return name === 'labels.perClass' ? 'perClass' : name === 'labels.proportion' ? 'proportion' : name
}

/** The accuracy of one split, as the run itself measured it at its end. */
export function accuracyOn({ result }: Pick<Run, 'result'>, split: 'validation' | 'test'): number | null {
  return (split === 'test' ? result?.testAccuracy : result?.validationAccuracy) ?? null
}
