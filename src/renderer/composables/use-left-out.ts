// Words for files that are not handed over: how many for each reason, and some of their names.
import { useI18n } from 'vue-i18n'
import { endingOf, reasons } from '../widgets/local-files.ts'
import type { LeftOut } from '../widgets/local-files.ts'
import { useFormat } from './use-format.ts'

/** Names that are told of each reason. */
const told = 3

/** @returns what makes a sentence for each reason that there is */
export function useLeftOut(): (left: readonly LeftOut[]) => string[] {
  const { t } = useI18n()
  const format = useFormat()
  const namesOf = (paths: readonly string[]): string => {
    const names = paths.slice(0, told).join(', ')
    const others = paths.length - told
    return others > 0 ? t('components.leftOut.more', { names, count: format.number(others) }) : names
  }
  return (left) =>
    reasons.flatMap((reason) => {
      const paths = left.filter((one) => one.reason === reason).map(({ path }) => path)
      const types = [...new Set(paths.map(endingOf))].join(', ')
      const facts = { count: format.number(paths.length), names: namesOf(paths), types }
      return paths.length === 0 ? [] : [t(`components.leftOut.${reason}`, facts, paths.length)]
    })
}
