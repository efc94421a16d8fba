// Job `inspect`: what a file of a network holds, and whether it can be trained here.
import { readOnnx } from '../../core/graph/onnx/read.ts'
import { inspectModel } from '../../core/nn/backbone-inspect.ts'
import { hashModel } from '../../node/model-files.ts'
import { readOnnxFile } from '../data/onnx-file.ts'
import { convertWeights, weightsFormat } from '../data/weights-file.ts'
import type { Job } from '../job.ts'

export const inspect: Job<'inspect'> = async ({ file }) => {
  const format = await weightsFormat(file)
  if (format !== null) {
    const { architecture, leftOut, onnx } = await convertWeights(file, format)
    const report = inspectModel(readOnnx(onnx))
    return { file, ...(await hashModel(file, [])), dataFiles: [], format, architecture, leftOut, ...report }
  }
  const external = new Set<string>()
  const report = inspectModel(await readOnnxFile(file, { onExternal: (location) => external.add(location) }))
  const dataFiles = [...external].sort()
  return { file, ...(await hashModel(file, dataFiles)), dataFiles, format: 'onnx', architecture: null, leftOut: [], ...report }
}
