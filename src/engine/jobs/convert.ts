// Job `convert`: an ONNX file of a network whose weights alone are stored.
import { AppError } from '../../shared/errors.ts'
import { writeFileAtomic } from '../../node/files.ts'
import { convertWeights, weightsFormat } from '../data/weights-file.ts'
import type { Job } from '../job.ts'

export const convert: Job<'convert'> = async ({ file, out }) => {
  const format = await weightsFormat(file)
  if (format === null)
    throw new AppError('bad-model', `${file}: expected safetensors or what torch.save writes, found another format`, {
      details: { path: file },
    })
  const { architecture, onnx } = await convertWeights(file, format)
  await writeFileAtomic(out, onnx)
  return { architecture, file: out }
}
