// One JSON object a line on standard output, nothing else there; errors once more in words on standard error.
import { errorLine } from './output.ts'
import type { Output, Sink } from './output.ts'

export function jsonOutput(stdout: Sink, stderr: Sink): Output {
  const print = (value: object): void => stdout.write(`${JSON.stringify(value)}\n`)
  return {
    event: print,
    done: (result) => print({ event: 'done', ...result }),
    result: (result) => print({ event: 'done', ...result }),
    failed: (error) => {
      print({ event: 'error', ...error.toJSON() })
      stderr.write(errorLine(error))
    },
    stopping: () => undefined,
  }
}
