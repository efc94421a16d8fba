// Languages: messages are loaded when their language is chosen, English is what the others fall back to.
import { createI18n } from 'vue-i18n'
import type { Settings } from '../shared/contract/system.ts'
import { en } from './locales/en/index.ts'

export type Language = Exclude<Settings['language'], 'system'>
export type Messages = typeof en

declare module 'vue-i18n' {
  // What `t` knows.
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  export interface DefineLocaleMessage extends Messages {}
}

export const i18n = createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages: { en } })

/** @param chosen `system`: what the browser prefers, if we speak it */
export async function useLanguage(chosen: Settings['language']): Promise<void> {
  const language = chosen === 'system' ? preferred() : chosen
  if (language === 'zh-CN' && !i18n.global.availableLocales.includes('zh-CN' as 'en')) {
    const { zhCN } = await import('./locales/zh-CN/index.ts')
    i18n.global.setLocaleMessage('zh-CN' as 'en', zhCN)
  }
  i18n.global.locale.value = language as 'en'
  document.documentElement.lang = language
}

function preferred(): Language {
  return navigator.languages.find((tag) => tag.startsWith('en') || tag.startsWith('zh'))?.startsWith('zh') ? 'zh-CN' : 'en'
}
