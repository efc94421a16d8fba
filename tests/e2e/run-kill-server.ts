// The services in a process of their own, with one run: started, or resumed if something ended it. Tells its parent where the run stands.
import { join } from 'node:path'
import { createStudio } from '../../src/main/studio.ts'
import { inProcess } from '../../src/main/transport/in-process.ts'

const [folder = '', photos = '', backbone = ''] = process.argv.slice(2)
const studio = createStudio({
  dataFolder: join(folder, 'data'),
  stays: true,
  entry: new URL('../support/engine-with-pid.ts', import.meta.url),
})
const { api } = inProcess(studio)

const { projects } = await api.projects.recent({})
const [known] = projects
const home = join(folder, 'project')
const { id: project } = known ? await api.projects.open({ folder: home }) : await api.projects.create({ folder: home })
let [run] = (await api.runs.list({ project })).runs
if (!run) {
  await api.tasks.wait(await api.images.import({ project, folder: photos }))
  const { id } = await api.backbones.add({ file: backbone })
  await api.devices.choose({ threads: 1 })
  const settings = { projection: 16, bottleneck: 32, cachedViews: 2, validations: 10 }
  const config = {
    method: 'self-tuning',
    backbone: id,
    labels: { perClass: 4 },
    budget: 'standard' as const,
    steps: 4000,
    seed: 3,
    settings,
  }
  run = await api.runs.start({ project, config })
}
const { id } = run
for (;;) {
  const { state, error } = await api.runs.get({ project, run: id })
  if (state === 'interrupted') await api.runs.resume({ project, run: id })
  else if (state === 'done' || state === 'failed') {
    process.send?.({ state, error, folder: join(home, 'runs', id) })
    break
  }
  await new Promise((resolve) => setTimeout(resolve, 20))
}
await studio.close()
process.exit(0)
