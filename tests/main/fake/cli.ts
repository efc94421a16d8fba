// The real command line with the fake engine.
import { runCommandLine } from '../../../src/main/cli/run.ts'

process.exitCode = await runCommandLine(process.argv.slice(2), new URL('./engine.ts', import.meta.url))
