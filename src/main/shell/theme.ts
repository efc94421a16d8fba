// Light or dark: frames, menus and dialogs of the system follow the person's setting, or the system where that is the setting.
import { nativeTheme } from 'electron'
import type { Settings } from '../../shared/contract/system.ts'
import { ground } from './window.ts'
import type { MainWindow } from './window.ts'

export function followTheme(window: MainWindow): (settings: Pick<Settings, 'theme'>) => void {
  nativeTheme.on('updated', () => window.current?.setBackgroundColor(ground()))
  return ({ theme }) => {
    nativeTheme.themeSource = theme
  }
}
