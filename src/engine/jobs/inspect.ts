// Job `inspect`: what an ONNX file holds, and whether it can be trained here.
import { inspectModel } from '../../core/nn/backbone-inspect.ts'
import { hashModel } from '../../node/model-files.ts'
import { readOnnxFile } from '../data/onnx-file.ts'
import type { Job } from '../job.ts'

export const inspect: Job<'inspect'> = async ({ file }) => {
  const external = new Set<string>()
  const report = inspectModel(await readOnnxFile(file, { onExternal: (location) => external.add(location) }))
  const dataFiles = [...external].sort()
  return { file, ...(await hashModel(file, dataFiles)), dataFiles, ...report }
}
