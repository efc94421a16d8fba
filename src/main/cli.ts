#!/usr/bin/env node
// The command line: parses the arguments, runs one job in the engine process, exits with its code.
import { inNewEnoughNode } from './new-enough.ts'

await inNewEnoughNode(async () => {
  const { runCommandLine } = await import('./cli/run.ts')
  process.exitCode = await runCommandLine(process.argv.slice(2))
})
