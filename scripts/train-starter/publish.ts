// Puts a trained network where the application finds it: the file, and beside it what the list of backbones tells of it.
import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { inspectModel } from '../../src/core/nn/backbone-inspect.ts'
import { readOnnx } from '../../src/core/graph/onnx/read.ts'
import { makeFolder, writeFileAtomic, writeJson } from '../../src/node/files.ts'
import { normalize } from './network.ts'

/** @param path ends in .onnx @param addedAt when it was trained */
export async function publish(path: string, network: Uint8Array, addedAt: Date): Promise<void> {
  const { parameters, trainable, problems } = inspectModel(readOnnx(network))
  if (!trainable) throw new Error(`the network cannot be trained: ${problems.join('; ')}`)
  await makeFolder(dirname(path))
  await writeFileAtomic(path, network)
  await writeJson(path.replace(/\.onnx$/, '.json'), {
    name: 'Starter',
    bytes: network.length,
    sha256: createHash('sha256').update(network).digest('hex'),
    normalize,
    parameters,
    addedAt: addedAt.toISOString(),
  })
}
