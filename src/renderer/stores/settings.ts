// The person's settings: kept by the services, shown at once; the last theme is remembered here too, so that a page opens in it.
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { usePlatform } from '../api/platform.ts'
import { useLanguage } from '../i18n.ts'
import { defaultSettings } from '../../shared/contract/system.ts'
import type { Settings } from '../../shared/contract/system.ts'
import { AppError } from '../../shared/errors.ts'
import { useNotices } from './notices.ts'

const remembered = 'self-tuning.appearance'

export const useSettings = defineStore('settings', () => {
  const { connection } = usePlatform()
  const notices = useNotices()
  const settings = ref<Settings>({ ...defaultSettings, ...lastAppearance() })
  const prefersDark = matchMedia('(prefers-color-scheme: dark)')
  const systemTheme = ref<'light' | 'dark'>(prefersDark.matches ? 'dark' : 'light')
  prefersDark.addEventListener('change', ({ matches }) => (systemTheme.value = matches ? 'dark' : 'light'))
  const theme = computed(() => (settings.value.theme === 'system' ? systemTheme.value : settings.value.theme))

  connection.on('system.settingsChanged', (changed) => (settings.value = changed))
  connection.onState((state) => {
    if (state !== 'disconnected')
      connection.api.system.settings({}).then(
        (read) => (settings.value = read),
        (error: unknown) => notices.report(AppError.from(error)),
      )
  })
  watch(
    [settings, theme],
    () => {
      const { language, density } = settings.value
      Object.assign(document.documentElement.dataset, { theme: theme.value, density })
      localStorage.setItem(remembered, JSON.stringify({ theme: settings.value.theme, density, language }))
      void useLanguage(language)
    },
    { immediate: true },
  )

  /** Holds at once; goes back where it cannot be kept. */
  const update = async (change: Partial<Settings>): Promise<void> => {
    const before = settings.value
    settings.value = { ...before, ...change }
    try {
      settings.value = await connection.api.system.updateSettings(change)
    } catch (error) {
      settings.value = before
      notices.report(AppError.from(error))
    }
  }
  return { settings, theme, update }
})

function lastAppearance(): Partial<Settings> {
  try {
    return JSON.parse(localStorage.getItem(remembered) ?? '{}') as Partial<Settings>
  } catch {
    return {}
  }
}
