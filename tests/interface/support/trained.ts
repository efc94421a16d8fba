// A project with a trained model, made by the services: what a test of Predict or Export begins with.
import type { Project } from '../../../src/shared/contract/projects.ts'
import type { Run } from '../../../src/shared/contract/runs.ts'
import type { StudioServer } from './studio.ts'

export async function trainedProject(studio: StudioServer, photos: string, backbone: string): Promise<{ project: Project; run: Run }> {
  const project = await studio.project(photos)
  const { id } = await studio.api.backbones.add({ file: backbone, name: 'Tiny', normalize: 'unit' })
  const started = await studio.api.runs.start({ project: project.id, config: { backbone: id, steps: 30, batch: 4 }, name: 'Stripes' })
  for (;;) {
    const run = await studio.api.runs.get({ project: project.id, run: started.id })
    if (run.state === 'done') return { project, run }
    if (run.state === 'failed') throw new Error(run.error?.message ?? 'the run failed')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
