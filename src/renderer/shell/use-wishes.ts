// What is wished from outside of the page is done as if a person had asked for it here: by the address that the server leads to, and in the
// desktop window by menus and the system.
import { onScopeDispose, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { usePlatform } from '../api/platform.ts'
import { kindOf, needsKey } from '../commands/controls.ts'
import { commandIds } from '../commands/table.ts'
import { runCommand } from '../commands/use-commands.ts'
import { useShell } from '../stores/shell.ts'

export function useWishes(): void {
  const { desktop } = usePlatform()
  const route = useRoute()
  const router = useRouter()
  const shell = useShell()
  const start = (wanted: typeof shell.wanted): void => {
    shell.wanted = wanted
    void router.push({ name: 'start' })
  }
  // Once: what is read again, e.g. by a reload, wishes nothing more.
  watch(
    () => (route.name === 'start' ? route.query['open'] : undefined),
    (folder) => {
      if (typeof folder !== 'string') return
      shell.wanted = { open: folder }
      void router.replace({ name: 'start' })
    },
    { immediate: true },
  )
  if (!desktop) return
  const end = desktop.onWish((wish) => {
    if ('open' in wish) start({ open: wish.open })
    else if ('command' in wish) command(wish.command)
    else if ('run' in wish) void router.push({ name: 'results', params: { project: wish.project }, query: { run: wish.run } })
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
