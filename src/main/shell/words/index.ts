// The words of menus, dialogs and notifications, which the page's messages cannot reach.
import type { Settings } from '../../../shared/contract/system.ts'
import { en } from './en.ts'
import type { Words } from './en.ts'
import { zhCN } from './zh-CN.ts'

export type { Words }

/** @param chosen in the settings @param system languages that the person prefers, first first, e.g. `zh-Hans-CN` */
export function wordsFor(chosen: Settings['language'], system: readonly string[]): Words {
  if (chosen !== 'system') return chosen === 'zh-CN' ? zhCN : en
  return system.find((tag) => tag.startsWith('en') || tag.startsWith('zh'))?.startsWith('zh') ? zhCN : en
}
