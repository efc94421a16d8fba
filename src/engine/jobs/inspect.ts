// Job `inspect`: what an ONNX file holds, and whether it can be trained here.
import { OnnxError } from '../../core/graph/onnx/errors.ts'
import { unsupported } from '../../core/graph/onnx/instantiate.ts'
import type { OnnxModel, OnnxPort } from '../../core/graph/onnx/model.ts'
import { Backbone } from '../../core/nn/backbone.ts'
import { sizeOf } from '../../core/tensor/tensor.ts'
import type { ResultOf } from '../../shared/results.ts'
import { readOnnxFile } from '../data/onnx-file.ts'
import type { Job } from '../job.ts'

type Inspection = ResultOf<'inspect'>

/** Edge of the images, in pixels, that a network is tried with if its file leaves it open. */
const usualSize = 224

export const inspect: Job<'inspect'> = async ({ file }) => {
  const model = await readOnnxFile(file)
  const operators: Record<string, number> = {}
  for (const { domain, op } of model.nodes) {
    const name = domain === '' ? op : `${domain}.${op}`
    operators[name] = (operators[name] ?? 0) + 1
  }
  return {
    file,
    inputs: model.inputs.map(portOf),
    outputs: model.outputs.map(portOf),
    operators,
    parameters: [...model.initialisers.values()]
      .filter(({ dtype }) => dtype === 'float32')
      .reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    opset: model.opset,
    producer: model.producer,
    ...trainability(model),
  }
}

function trainability(model: OnnxModel): Pick<Inspection, 'trainable' | 'problems' | 'backbone'> {
  const problems = unsupported(model).map(({ message, count }) => (count === 1 ? message : `${message} (${count} times)`))
  if (problems.length > 0) return { trainable: false, problems }
  try {
    return { trainable: true, problems, backbone: describe(open(model), model) }
  } catch (error) {
    if (error instanceof OnnxError) return { trainable: false, problems: [error.message] }
    throw error
  }
}

function open(model: OnnxModel): Backbone {
  const declared = model.inputs.some(({ shape }) => shape?.length === 4 && shape.slice(2).every((extent) => typeof extent === 'number'))
  return new Backbone(model, declared ? {} : { imageSize: usualSize })
}

function describe({ width, imageSize, stages }: Backbone, { initialisers }: OnnxModel): NonNullable<Inspection['backbone']> {
  const numbersIn = (name: string): number => sizeOf(initialisers.get(name)?.shape ?? [])
  return {
    features: width,
    imageSize: [...imageSize],
    stages: stages.map(({ label, weights }) => ({ label, parameters: weights.reduce((sum, name) => sum + numbersIn(name), 0) })),
  }
}

function portOf({ name, dtype, shape }: OnnxPort): Inspection['inputs'][number] {
  return { name, type: dtype ?? 'unknown', shape: shape?.map((extent) => extent ?? '?') ?? ['?'] }
}
