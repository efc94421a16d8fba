// The project that is open in this window.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { beforeFresh } from '../api/fresh.ts'
import { usePlatform } from '../api/platform.ts'
import type { Project } from '../../shared/contract/projects.ts'
import { AppError } from '../../shared/errors.ts'

/** Folders by project id: an address names a project by its id, which says nothing after the services were started anew. */
const remembered = 'self-tuning.project-folders'

export const useProject = defineStore('project', () => {
  const { connection } = usePlatform()
  const project = shallowRef<Project | null>(null)
  const error = shallowRef<AppError | null>(null)
  /** Of the address: which project is wanted. */
  const wanted = ref<string | null>(null)
  const id = computed(() => project.value?.id ?? null)
  /** Whether an event is about the open project. */
  const isMine = (event: { readonly project: string }): boolean => event.project === id.value

  const enter = (opened: Project): void => {
    project.value = opened
    error.value = null
    wanted.value = opened.id
    const folders = { ...rememberedFolders(), [opened.id]: opened.folder }
    localStorage.setItem(remembered, JSON.stringify(Object.fromEntries(Object.entries(folders).slice(-50))))
  }
  /** Shows the project of an address; opens its folder again where the services have forgotten it. */
  const show = async (wantedId: string): Promise<void> => {
    wanted.value = wantedId
    if (project.value?.id !== wantedId) project.value = null
    try {
      const found = await find(wantedId)
      // An event may have told of a change that was made after this answer.
      const isOlder = project.value?.id === wantedId && found.revision < project.value.revision
      if (wanted.value === wantedId && !isOlder) enter(found)
    } catch (thrown) {
      const failure = AppError.from(thrown)
      if (wanted.value !== wantedId || failure.code === 'disconnected') return
      project.value = null
      error.value = failure
    }
  }
  const find = async (wantedId: string): Promise<Project> => {
    try {
      return await connection.api.projects.get({ project: wantedId })
    } catch (thrown) {
      const folder = rememberedFolders()[wantedId]
      if (AppError.from(thrown).code !== 'not-found' || folder === undefined) throw thrown
      return connection.api.projects.open({ folder })
    }
  }
  const leave = (): void => {
    wanted.value = null
    project.value = null
    error.value = null
  }
  connection.on('projects.changed', ({ project: changed }) => {
    if (changed.id === project.value?.id) project.value = changed
  })
  connection.on('projects.closed', ({ project: closed, folder, reason }) => {
    if (closed !== wanted.value) return
    project.value = null
    error.value = new AppError('not-found', `${folder}: expected an open project, found it ${reason}`, { details: { reason } })
  })
  beforeFresh(async () => {
    if (wanted.value !== null) await show(wanted.value)
  })
  return { project, id, isMine, error, wanted, enter, show, leave }
})

function rememberedFolders(): Record<string, string | undefined> {
  try {
    return JSON.parse(localStorage.getItem(remembered) ?? '{}') as Record<string, string | undefined>
  } catch {
    return {}
  }
}
