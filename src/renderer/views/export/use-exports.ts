// Exports of the project: which there are, which one is shown, and making a new one.
import { computed, getCurrentScope, ref } from 'vue'
import type { ComputedRef, Ref, ShallowRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useApi } from '../../api/platform.ts'
import { useAction } from '../../composables/use-action.ts'
import type { Action } from '../../composables/use-action.ts'
import { useResource } from '../../composables/use-resource.ts'
import type { Api } from '../../../shared/contract/index.ts'
import type { AppError } from '../../../shared/errors.ts'
import type { Task } from '../../../shared/contract/tasks.ts'
import { useProject } from '../../stores/project.ts'
import { useTasks } from '../../stores/tasks.ts'

export type Exported = Awaited<ReturnType<Api['exports']['list']>>['exports'][number]
export type ExportContents = Awaited<ReturnType<Api['exports']['read']>>
export type Format = Awaited<ReturnType<Api['exports']['formats']>>['formats'][number]

export interface Exports {
  readonly list: ComputedRef<readonly Exported[] | null>
  readonly listError: ShallowRef<AppError | null>
  readonly formats: ComputedRef<readonly Format[]>
  readonly format: Ref<string>
  /** Target; null = below the project's folder. */
  readonly target: Ref<string | null>
  readonly shown: ComputedRef<Exported | null>
  readonly contents: ShallowRef<ExportContents | null>
  readonly contentsError: ShallowRef<AppError | null>
  /** The export that is being made, if any: it goes on when the view is left. */
  readonly task: ComputedRef<Task | null>
  readonly start: Action<[run: string], void>
  readonly show: (folder: string) => void
}

export function useExports(): Exports {
  const api = useApi()
  const route = useRoute()
  const router = useRouter()
  const project = useProject()
  const tasks = useTasks()
  const view = getCurrentScope()
  const format = ref('onnx')
  const target = ref<string | null>(null)

  const { data: known } = useResource(() => api.exports.formats({}))
  const { data: listed, error: listError } = useResource(
    (signal) => (project.id === null ? null : api.exports.list({ project: project.id }, { signal })),
    { of: () => project.id, on: { 'exports.changed': project.isMine } },
  )
  const list = computed(() => listed.value?.exports ?? null)
  const shown = computed(() => list.value?.find(({ folder }) => folder === route.query['export']) ?? list.value?.[0] ?? null)
  const folder = computed(() => shown.value?.folder ?? null)
  const { data: contents, error: contentsError } = useResource(
    (signal) =>
      project.id === null || folder.value === null ? null : api.exports.read({ project: project.id, folder: folder.value }, { signal }),
    { of: folder },
  )
  const show = (chosen: string): void => void router.replace({ query: { ...route.query, export: chosen } })

  const start = useAction(
    async (run: string) => {
      const { id } = project
      if (id === null) return
      const to = target.value === null ? {} : { to: target.value }
      const made = await tasks.result(await api.exports.export({ project: id, run, format: format.value, ...to }), 'export')
      target.value = null
      // Whoever has gone elsewhere stays there.
      if (view?.active) show(made.folder)
    },
    { quiet: true },
  )
  const task = computed(() => tasks.active.find((one) => one.kind === 'export' && one.project === project.id) ?? null)
  return {
    list,
    listError,
    formats: computed(() => known.value?.formats ?? []),
    format,
    target,
    shown,
    contents,
    contentsError,
    task,
    start,
    show,
  }
}
