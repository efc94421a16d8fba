// In the desktop window: what menus and the system wish is done as if a person had asked for it in the page.
import { onScopeDispose } from 'vue'
import { useRouter } from 'vue-router'
import { usePlatform } from '../api/platform.ts'
import { kindOf, needsKey } from '../commands/controls.ts'
import { commandIds } from '../commands/table.ts'
import { runCommand } from '../commands/use-commands.ts'
import { useShell } from '../stores/shell.ts'

export function useWishes(): void {
  const { desktop } = usePlatform()
  const router = useRouter()
  const shell = useShell()
  if (!desktop) return
  const start = (wanted: typeof shell.wanted): void => {
    shell.wanted = wanted
    void router.push({ name: 'start' })
  }
  const end = desktop.onWish((wish) => {
    if ('open' in wish) start({ open: wish.open })
    else if ('command' in wish) command(wish.command)
    else if (wish.show === 'licences') void router.push({ name: 'licences' })
    else start({ pick: wish.show === 'open-folder' ? 'folder' : 'project' })
  })
  onScopeDispose(end)
}

function command(name: string): void {
  const id = commandIds.find((one) => one === name)
  // Who is writing means the text.
  if ((id === 'undo' || id === 'redo') && needsKey(kindOf(document.activeElement), 'Mod+Z')) {
    // There is no other way to undo what was written.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    document.execCommand(id)
  } else if (id) runCommand(id)
}
