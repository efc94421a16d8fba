// Programs begin here: in this Node, or where it is too old for them, in the one that came with the package, as if that had been called.
// It is read by old versions of Node: what newer ones brought comes by `import()` in the program.
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { oldestNode } from './oldest-node.ts'

/** @param program in this Node; imports what it needs itself. @param found tests pretend another one */
export async function inNewEnoughNode(program: () => Promise<void>, found: string = process.versions.node): Promise<void> {
  if (Number.parseInt(found) >= oldestNode) return program()
  try {
    const { nodeBinary } = await import('./engine/node-binary.ts')
    await startAgain(nodeBinary(found))
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}

/** The same words in another Node; this process lends it its streams, passes signals on and ends as it does. */
async function startAgain(node: string): Promise<void> {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit', windowsHide: true })
  // A terminal tells all of its processes of Ctrl-C: one that is passed on too would be the second, which stops at once.
  const told = hasTerminal() ? ['SIGINT', 'SIGHUP'] : []
  const listeners = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => {
    const pass = (): void => {
      if (!told.includes(signal)) child.kill(signal)
    }
    process.on(signal, pass)
    return () => process.off(signal, pass)
  })
  const end = await new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(signal ?? code ?? 1))
  })
  for (const forget of listeners) forget()
  if (typeof end === 'number') process.exitCode = end
  else process.kill(process.pid, end)
}

function hasTerminal(): boolean {
  if (process.platform === 'win32') return true
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
