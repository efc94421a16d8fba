// The open project's classes.
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useApi } from '../api/platform.ts'
import { useResource } from '../composables/use-resource.ts'
import type { ImageClass } from '../../shared/contract/classes.ts'
import { useProject } from './project.ts'

export const useClasses = defineStore('classes', () => {
  const api = useApi()
  const project = useProject()
  const { data, error, isLoading, reload } = useResource(
    (signal) => (project.id === null ? null : api.classes.list({ project: project.id }, { signal })),
    { of: () => project.id, on: { 'classes.changed': project.isMine, 'labels.changed': project.isMine, 'images.changed': project.isMine } },
  )
  const list = computed<readonly ImageClass[]>(() => data.value?.classes ?? [])
  const byId = computed(() => new Map(list.value.map((one) => [one.id, one])))
  const isLoaded = computed(() => data.value !== null)
  return { list, byId, isLoaded, error, isLoading, reload }
})
