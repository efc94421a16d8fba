// The guided tour: which step it is at, how it begins in the sample project, and how it goes along with what a person does.
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { useApi } from '../api/platform.ts'
import { useAction } from '../composables/use-action.ts'
import { i18n } from '../i18n.ts'
import { useNotices } from '../stores/notices.ts'
import { useProject } from '../stores/project.ts'
import { useRuns } from '../stores/runs.ts'
import { useSettings } from '../stores/settings.ts'
import { useTasks } from '../stores/tasks.ts'
import type { Project } from '../../shared/contract/projects.ts'
import { follow, isProjectView, stepAfter, stepOf, steps } from './steps.ts'
import type { Situation, StepId } from './steps.ts'

interface Place {
  readonly project: string
  readonly step: StepId
  /** The situation in which the step began. */
  readonly then: Situation
}

/** A reload is the same tour. */
const remembered = 'self-tuning.tour'

export const useTour = defineStore('tour', () => {
  const api = useApi()
  const route = useRoute()
  const router = useRouter()
  const project = useProject()
  const runs = useRuns()
  const tasks = useTasks()
  const settings = useSettings()
  const notices = useNotices()
  const { t } = i18n.global

  const place = shallowRef<Place | null>(restored())
  watch(place, (now) => (now ? sessionStorage.setItem(remembered, JSON.stringify(now)) : sessionStorage.removeItem(remembered)))
  const situation = computed<Situation>(() => ({
    view: isProjectView(route.name) ? route.name : null,
    labelled: project.project?.labelled ?? 0,
    runs: runs.list.length,
    models: runs.list.filter(({ hasModel }) => hasModel).length,
    exports: tasks.all.filter(({ kind, state, project: of }) => kind === 'export' && state === 'done' && of === project.id).length,
  }))
  /** In another project, or while none is there, the tour waits. */
  const step = computed(() => (place.value !== null && place.value.project === project.id ? stepOf(place.value.step) : null))
  const isElsewhere = computed(() => step.value !== null && step.value.view !== situation.value.view)
  /** Of the label step: images labelled in it. */
  const labelled = computed(() => Math.max(0, situation.value.labelled - (place.value?.then.labelled ?? 0)))

  const at = (id: StepId | null): void => {
    if (place.value && id !== null) place.value = { ...place.value, step: id, then: situation.value }
    else if (place.value) {
      place.value = null
      notices.tell(t('tour.through'))
    }
  }
  watch(situation, (now, before) => {
    if (!place.value || !step.value) return
    const next = follow(place.value.step, now, before, place.value.then)
    if (next !== place.value.step) at(next)
  })

  const go = (): void => {
    const [now, of] = [step.value, place.value?.project]
    // The run that is trained, or the mistakes that are looked at, stay where the view is the same.
    if (now && of !== undefined && isElsewhere.value) void router.push({ name: now.view, params: { project: of } })
  }
  const move = (by: 1 | -1): void => {
    if (!place.value) return
    at(stepAfter(place.value.step, by))
    go()
  }
  const skip = (): void => {
    const left = place.value
    if (!left) return
    place.value = null
    notices.tell(t('tour.skipped'), { label: t('tour.goOn'), run: () => (place.value = left) })
  }

  const begin = (opened: Project): void => {
    const [{ id, view }] = steps
    project.enter(opened)
    place.value = { project: opened.id, step: id, then: situation.value }
    void router.push({ name: view, params: { project: opened.id } })
    void settings.update({ tour: 'seen' })
  }
  const openSample = async (): Promise<Project> => {
    const { folder } = await tasks.result(await api.projects.sample({}), 'sample')
    return api.projects.open({ folder })
  }
  const start = useAction(async () => begin(await openSample()))
  /** The first start: begins by itself, once, unless the person has gone to work meanwhile; then it says that it is there. */
  const welcome = useAction(async () => {
    const opened = await openSample()
    if (settings.settings.tour !== 'wanted') return
    const isFree = route.name === 'start' && document.querySelector('[role="dialog"], [role="menu"]') === null
    if (isFree) return begin(opened)
    await settings.update({ tour: 'seen' })
    notices.tell(t('tour.ready'), { label: t('tour.take'), run: () => begin(opened) })
  })
  watch(
    () => settings.settings.tour,
    (tour) => void (tour === 'wanted' && welcome.run()),
    { immediate: true },
  )

  return {
    ...{ step, isElsewhere, labelled, next: () => move(1), back: () => move(-1), go, skip },
    ...{ start: () => start.run(), isStarting: computed(() => start.isRunning.value || welcome.isRunning.value) },
  }
})

function restored(): Place | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(remembered) ?? 'null') as Place | null
    return kept && steps.some(({ id }) => id === kept.step) ? kept : null
  } catch {
    return null
  }
}
