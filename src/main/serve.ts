#!/usr/bin/env node
// The application without a window: serves the interface and the services to browsers until it is told to stop.
import { join } from 'node:path'
import { dataFolder } from '../node/data-folder.ts'
import { inNewEnoughNode } from './new-enough.ts'

await inNewEnoughNode(async () => {
  const { enableCompileCache, flushCompileCache } = await import('node:module')
  // Compiled once for all starts, the engine's too: they then begin in half the time and take 30 MB less (Node keeps its TypeScript parser out of memory).
  process.env['NODE_COMPILE_CACHE'] ??= join(dataFolder(), 'cache', 'compiled')
  enableCompileCache()
  const [{ runServe }, { createStudio }, { namedRoots, usualRoots }] = await Promise.all([
    import('./server/run.ts'),
    import('./studio.ts'),
    import('./services/system/roots.ts'),
  ])
  await runServe(process.argv.slice(2), ({ welcome, project, folder, roots }, warn) =>
    createStudio({
      dataFolder: dataFolder(),
      roots: [...usualRoots(), ...namedRoots(roots, process.env.SELF_TUNING_ROOTS, warn), ...(folder === null ? [] : [folder])],
      moreRoots: 'serve --root',
      stays: true,
      welcome: welcome && project === null && folder === null,
    }),
  )
  flushCompileCache()
})
