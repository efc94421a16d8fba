// What keys do in every view: go somewhere, undo, the list of shortcuts.
import { useRouter } from 'vue-router'
import { useCommands } from '../commands/use-commands.ts'
import { commandOf, projectViews } from '../project-views.ts'
import type { ProjectView } from '../project-views.ts'
import { useHistory } from '../stores/history.ts'
import { useProject } from '../stores/project.ts'
import { useShell } from '../stores/shell.ts'

export function useShellCommands(): void {
  const router = useRouter()
  const project = useProject()
  const history = useHistory()
  const shell = useShell()
  const go = (view: ProjectView) => (): boolean => {
    // Also while it is being opened.
    if (project.wanted === null) return false
    void router.push({ name: view, params: { project: project.wanted } })
    return true
  }
  useCommands({
    ...Object.fromEntries(projectViews.map((view) => [commandOf(view), go(view)])),
    goStart: () => void router.push({ name: 'start' }),
    settings: () => void router.push({ name: 'settings' }),
    shortcuts: () => void (shell.isSheetOpen = true),
    undo: () => project.id !== null && (void history.undo(), true),
    redo: () => project.id !== null && (void history.redo(), true),
  })
}
