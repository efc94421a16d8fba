// The form of a new run: its draft, what there is to choose from, and whether the services would take it.
import { useDebounceFn } from '@vueuse/core'
import { computed, inject, ref, watch } from 'vue'
import type { ComputedRef, InjectionKey, Ref } from 'vue'
import type { Backbone } from '../../../shared/contract/backbones.ts'
import { starterId } from '../../../shared/starter.ts'
import type { Api } from '../../../shared/contract/index.ts'
import type { Run, RunConfig } from '../../../shared/contract/runs.ts'
import { useApi } from '../../api/platform.ts'
import { useAction } from '../../composables/use-action.ts'
import type { Action } from '../../composables/use-action.ts'
import { provideFaults } from '../../composables/use-faults.ts'
import { useResource } from '../../composables/use-resource.ts'
import type { Resource } from '../../composables/use-resource.ts'
import { useProject } from '../../stores/project.ts'
import { useRuns } from '../../stores/runs.ts'
import { useTasks } from '../../stores/tasks.ts'
import type { ResultOf } from '../../stores/tasks.ts'
import { configOf, emptyDraft, restore } from './draft.ts'
import type { Draft } from './draft.ts'

type Answer<Method extends (...input: never[]) => Promise<unknown>> = Awaited<ReturnType<Method>>
export type Methods = Answer<Api['runs']['methods']>
export type Validation = Answer<Api['runs']['validate']>

export interface TrainForm {
  readonly draft: Ref<Draft>
  change(change: Partial<Draft>): void
  clear(): void
  readonly methods: Resource<Methods>
  readonly method: ComputedRef<Methods['methods'][number] | null>
  readonly backbones: Resource<{ backbones: Backbone[] }>
  readonly backbone: ComputedRef<Backbone | null>
  /** null where there is no backbone yet. */
  readonly config: ComputedRef<RunConfig | null>
  readonly validation: Resource<Validation>
  /** What of the form cannot be used, and is not in `config`. */
  readonly faults: ComputedRef<readonly string[]>
  /** The answer is about what the form says now. */
  readonly isCurrent: ComputedRef<boolean>
  readonly canStart: ComputedRef<boolean>
  /** Of a field of the run, e.g. `settings.dropout`; of its parts too. */
  problemOf(...fields: string[]): string | null
  readonly estimate: Action<[], ResultOf<'estimate'>>
  /** Of the form as it is. */
  readonly estimated: ComputedRef<ResultOf<'estimate'> | null>
  readonly start: Action<[], Run | null>
}

export const trainForm: InjectionKey<TrainForm> = Symbol('the form of a new run')

/** For the parts of the form. */
export function useForm(): TrainForm {
  const form = inject(trainForm)
  if (!form) throw new Error('expected a part of TrainForm.vue')
  return form
}

/** Milliseconds in which keys and moves of a slider count as one change. */
export const pause = 250

export function useTrainForm(): TrainForm {
  const api = useApi()
  const project = useProject()
  const runs = useRuns()
  const tasks = useTasks()
  const place = `self-tuning.train.${project.id ?? ''}`
  const draft = ref<Draft>(restore(sessionStorage.getItem(place)))
  watch(draft, (now) => sessionStorage.setItem(place, JSON.stringify(now)))
  const change = (part: Partial<Draft>): void => void (draft.value = { ...draft.value, ...part })

  const methods = useResource(() => api.runs.methods({}))
  const backbones = useResource(() => api.backbones.list({}), { on: { 'backbones.changed': true } })
  const method = computed(() => methods.data.value?.methods.find(({ id }) => id === draft.value.method) ?? null)
  const backbone = computed(() => {
    const all = backbones.data.value?.backbones ?? []
    const usable = all.filter(({ available }) => available)
    // What somebody has taken in comes before what every installation has.
    return all.find(({ id }) => id === draft.value.backbone) ?? usable.find(({ id }) => id !== starterId) ?? usable[0] ?? null
  })
  const known = computed(
    () => new Set([...(method.value?.settings ?? []), ...(methods.data.value?.training ?? [])].map(({ name }) => name)),
  )
  const config = computed(() => (backbone.value && method.value ? configOf(draft.value, backbone.value.id, known.value) : null))
  const asText = computed(() => JSON.stringify(config.value))

  const checked = ref('')
  const validation = useResource(
    (signal) => {
      const [asked, text] = [config.value, asText.value]
      if (project.id === null || !asked) return null
      return api.runs.validate({ project: project.id, config: asked }, { signal }).then((answer) => {
        checked.value = text
        return answer
      })
    },
    {
      on: {
        'labels.changed': project.isMine,
        'classes.changed': project.isMine,
        'splits.changed': project.isMine,
        'images.changed': project.isMine,
        'devices.changed': true,
      },
      pause,
    },
  )
  const validateSoon = useDebounceFn(() => validation.reload(), pause)
  watch(asText, (_, before) => void (before === 'null' ? validation.reload() : validateSoon()))
  const isCurrent = computed(() => checked.value === asText.value && validation.data.value !== null)
  // What was allowed a moment ago most likely still is: the button does not flicker, and starting checks again.
  const faults = provideFaults()
  const canStart = computed(() => faults.value.length === 0 && config.value !== null && validation.data.value?.problems.length === 0)
  const problemOf = (...fields: string[]): string | null =>
    validation.data.value?.problems.find(({ field }) => field !== null && fields.includes(field))?.message ?? null

  const estimatedFor = ref('')
  const latest = ref<ResultOf<'estimate'> | null>(null)
  const estimate = useAction(async () => {
    if (project.id === null || !config.value) throw new Error('expected a backbone before an estimate')
    const text = asText.value
    const result = await tasks.result(await api.runs.estimate({ project: project.id, config: config.value }), 'estimate')
    latest.value = result
    estimatedFor.value = text
    return result
  })
  const start = useAction(async () => {
    if (!isCurrent.value) await validation.reload()
    if (project.id === null || !config.value || !canStart.value) return null
    const name = draft.value.name.trim()
    const run = await api.runs.start({ project: project.id, config: config.value, ...(name !== '' && { name }) })
    runs.take(run)
    // The next one is another: its name would be the same.
    change({ name: '' })
    return run
  })
  return {
    ...{ draft, change, clear: () => (draft.value = { ...emptyDraft }), methods, method, backbones, backbone, config },
    ...{ validation, faults, isCurrent, canStart, problemOf, estimate, start },
    estimated: computed(() => (estimatedFor.value === asText.value ? latest.value : null)),
  }
}
