// A program that an old Node is said to have started: says in which it runs, and ends as its words tell: CODE [waits [orderly]].
import { inNewEnoughNode } from '../../../src/main/new-enough.ts'

const found = process.env['PRETENDED_NODE'] ?? process.versions.node
delete process.env['PRETENDED_NODE']

await inNewEnoughNode(async () => {
  const [, , code, waits, orderly] = process.argv
  process.exitCode = Number(code)
  const ends = waits === undefined ? undefined : setTimeout(() => undefined, 20_000)
  if (orderly !== undefined)
    process.once('SIGTERM', () => {
      process.stdout.write('told to stop\n')
      clearTimeout(ends)
    })
  process.stdout.write(`in ${process.versions.node}: ${JSON.stringify(process.argv.slice(2))}\n`)
  process.stderr.write('and an error\n')
  await Promise.resolve()
}, found)
