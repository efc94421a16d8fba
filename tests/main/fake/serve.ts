// `serve` with services that do nothing, and take a while to close.
import { runServe } from '../../../src/main/server/run.ts'
import { fakeServices, someProject } from '../../support/fake-services.ts'

const { dispatcher, events } = fakeServices({
  projects: {
    open: ({ folder }) => {
      process.stdout.write(`open ${folder}\n`)
      const counts = { images: 0, labelled: 0, classes: 0, revision: 0 }
      return { id: someProject, name: 'fake', folder, createdAt: new Date().toISOString(), ...counts }
    },
  },
})

const nothing = (): never => {
  throw new Error('no pictures here')
}

await runServe(process.argv.slice(2), () => ({
  dispatcher,
  studio: {
    events,
    projects: { get: nothing },
    media: { picture: nothing, pictureOfFile: nothing },
    predicted: { get: nothing, realFile: nothing },
    log: { error: () => undefined },
  },
  close: async () => {
    process.stdout.write('closing\n')
    await new Promise((resolve) => setTimeout(resolve, process.argv.includes('/slow') ? 60_000 : 20))
    process.stdout.write('closed\n')
  },
}))
