// The engine's names for phases, work and losses, in the person's language; as they are where we know no better.
import { useI18n } from 'vue-i18n'

function useNames(group: string): (name: string) => string {
  const i18n = useI18n()
  return (name) => {
    const key = `train.${group}.${name.replaceAll(/[^a-zA-Z0-9]+/g, '-')}`
    return i18n.te(key, 'en') ? i18n.t(key) : name
  }
}

/** E.g. `head on cached views`. */
export function usePhaseTitle(): (title: string) => string {
  const { t } = useI18n()
  const known = useNames('phases')
  return (title) => {
    const stages = /^last (\d+) stages on cached views$/.exec(title)?.[1]
    return stages === undefined ? known(title) : t('train.lastStages', { stages })
  }
}

/** E.g. `caching views`. */
export function useWorkTitle(): (task: string) => string {
  return useNames('work')
}

/** E.g. `labelledContrast`. */
export function useLossTitle(): (name: string) => string {
  return useNames('losses')
}
