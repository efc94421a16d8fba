// The first start in a data folder: the interface is to show around, in the sample project, which is drawn meanwhile.
import type { Handlers } from '../../../shared/contract/index.ts'
import type { Log } from '../context.ts'

type Used = {
  readonly system: Pick<Handlers['system'], 'settings' | 'updateSettings'>
  readonly projects: Pick<Handlers['projects'], 'recent' | 'sample'>
}

/** Does nothing where somebody has been shown around, or has made a project. A failure keeps nobody from working: it is noted, and the next start tries again. */
export async function welcomeOnce({ system, projects }: Used, log: Log): Promise<void> {
  const call = { signal: new AbortController().signal }
  try {
    const { tour } = await system.settings({}, call)
    if (tour === 'seen' || (tour === 'unseen' && (await projects.recent({}, call)).projects.length > 0)) return
    await system.updateSettings({ tour: 'wanted' }, call)
    await projects.sample({}, call)
  } catch (error) {
    log.error('the sample project of the first start cannot be drawn', error)
  }
}
