// Fetches ONNX Runtime's CUDA libraries, on request: npm run setup:cuda [-- --yes] [--without-driver] [--remove].
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { librariesFolder, onnxRuntimeFolder } from '../../src/main/services/devices/cuda-place.ts'
import { libraries } from '../../src/main/version.ts'
import { gigabytes, neededBytes, obstacle, thisMachine } from './checks.ts'
import { install, missingLibraries, remove } from './install.ts'

const { values } = parseArgs({
  options: { yes: { type: 'boolean' }, remove: { type: 'boolean' }, 'without-driver': { type: 'boolean' } },
})

try {
  await main()
} catch (error) {
  process.stderr.write(`error: CUDA: ${(error as Error).message}\n`)
  process.exitCode = 1
}

async function main(): Promise<void> {
  const folder = librariesFolder() ?? ''
  if (values.remove) {
    const removed = await remove(folder)
    return say(removed === 0 ? 'There were no CUDA libraries.' : `${removed} libraries removed from ${folder}.`)
  }
  const machine = await thisMachine(onnxRuntimeFolder())
  const reason = obstacle(machine, values['without-driver'] === true)
  if (reason !== null) throw new Error(reason)
  if ((await missingLibraries(folder)).length === 0) return say(`The libraries are there already, in ${folder}.`)
  say(
    [
      `ONNX Runtime ${libraries()['onnxruntime-node'] ?? ''} for CUDA 12, from NuGet (Microsoft.ML.OnnxRuntime.Gpu.Linux).`,
      `Size:    some hundred megabytes to download, ${gigabytes(neededBytes)} of free space while it is unpacked`,
      'Licence: MIT (https://github.com/microsoft/onnxruntime/blob/main/LICENSE)',
      `Into:    ${folder}`,
      'CUDA 12 and cuDNN 9 are not part of it. They are under licences of NVIDIA and have to be installed on this machine.',
    ].join('\n'),
  )
  if (!values.yes && !(await consents())) return say('Nothing was done.')
  await install({ script: join(onnxRuntimeFolder(), 'script', 'install.js'), folder, onProgress: tell })
  say('\nDone. `npm run cli -- devices --probe` tells whether it works here; `npm run setup:cuda -- --remove` takes it away again.')
}

async function consents(): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Error('expected --yes, or a terminal to ask in')
  const asking = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await asking.question('Download and install? [y/N] ')
  asking.close()
  return /^y(es)?$/i.test(answer.trim())
}

function tell(bytes: number): void {
  if (process.stdout.isTTY) process.stdout.write(`\r${Math.round(bytes / 2 ** 20)} MB `)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
