// Job `inspect`: what an ONNX file holds, and whether it can be trained here.
import { inspectModel } from '../../core/nn/backbone-inspect.ts'
import { readOnnxFile } from '../data/onnx-file.ts'
import type { Job } from '../job.ts'

export const inspect: Job<'inspect'> = async ({ file }) => ({ file, ...inspectModel(await readOnnxFile(file)) })
