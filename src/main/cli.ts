#!/usr/bin/env node
// The command line: parses the arguments, runs one job in the engine process, exits with its code.
import { runCommandLine } from './cli/run.ts'

process.exitCode = await runCommandLine(process.argv.slice(2))
