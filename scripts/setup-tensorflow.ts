// npm run setup:tensorflow: brings TensorFlow, with which the engine can compute, into the application's own folder; --status, --remove.
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { tensorflowFolder } from '../src/node/tensorflow.ts'
import { AppError } from '../src/shared/errors.ts'
import { nodeBinary } from '../src/main/engine/node-binary.ts'
import { resourcesFolder } from '../src/main/resources.ts'
import { install, remove, sourceOf, status } from '../src/main/services/tensorflow/install.ts'

const options = { source: { type: 'string', default: 'cpu' }, yes: { type: 'boolean' }, status: { type: 'boolean' }, remove: { type: 'boolean' } } as const // prettier-ignore
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
const say = (line: string): unknown => process.stdout.write(`${line}\n`)
const stopping = new AbortController()
process.once('SIGINT', () => stopping.abort())

try {
  const { values } = parseArgs({ options })
  const folder = tensorflowFolder()
  if (values.remove) {
    await remove(folder)
    say(`${folder} has been removed.`)
  } else if (values.status) await printStatus(folder)
  else await setUp(folder, values.source, values.yes === true)
} catch (error) {
  process.stderr.write(`setup:tensorflow: ${AppError.from(error).message}\n`)
  process.exitCode = 1
}

async function printStatus(folder: string): Promise<void> {
  const { installed, sources } = await status(folder)
  const place = installed?.graphicsCard ? 'a graphics card' : 'the processor'
  say(installed ? `TensorFlow ${installed.version} on ${place}, ${megabytes(installed.bytes)} in ${folder}` : `Not set up: ${folder}`)
  for (const { id, version, downloadBytes, diskBytes, licence, obstacle } of sources)
    say(
      `  --source ${id}: TensorFlow ${version}, ${megabytes(downloadBytes)} to download, ${megabytes(diskBytes)} on the disk, ${licence}${obstacle === null ? '' : `; not here: ${obstacle}`}`,
    )
}

async function setUp(folder: string, id: string, agreed: boolean): Promise<void> {
  const { version, downloadBytes, diskBytes, licence } = sourceOf(id)
  say(`TensorFlow ${version}: ${megabytes(downloadBytes)} to download, ${megabytes(diskBytes)} in ${folder}; licence: ${licence}`)
  if (!agreed && !(await isAgreed())) return
  let last = ''
  const progress = ({ task, done, total }: { task: string; done: number; total: number | null }): void => {
    const line = total === null ? task : `${task}: ${Math.round((100 * done) / total)} %`
    if (line !== last && (process.stderr.isTTY || task !== last.split(':')[0])) process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${line}` : `${line}\n`) // prettier-ignore
    last = line
  }
  const place = { folder, resources: resourcesFolder(), node: nodeBinary() }
  const note = await install(id, place, { signal: stopping.signal, progress })
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  say(`TensorFlow ${note.version} is ready in ${folder}. Try it in Settings → Devices.`)
}

async function isAgreed(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new AppError('bad-option', 'expected --yes where nobody can be asked, found no terminal')
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question('Download and install? [y/N] ')
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}
