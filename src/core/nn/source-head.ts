// The classifier that a pre-trained network came with, where it stands on the very feature that new layers stand on: what Co-Tuning learns from.
import type { OnnxModel, OnnxNode } from '../graph/onnx/model.ts'
import { tensor } from '../tensor/tensor.ts'
import type { HostTensor } from '../tensor/tensor.ts'

/** Scores of the S source classes from the feature: a fully connected layer in PyTorch's layout. */
export interface SourceHead {
  /** [S, F]. */
  readonly weight: HostTensor
  /** [S]. */
  readonly bias: HostTensor
}

/** What changes the shape alone, and means over places: before the classifier or behind it, the scores are the same. */
const meaning: ReadonlySet<string> = new Set([
  'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze', 'Identity', 'Dropout', 'GlobalAveragePool', 'ReduceMean',
]) // prettier-ignore
/** What may stand behind the classifier. */
const behind: ReadonlySet<string> = new Set([...meaning, 'Softmax', 'LogSoftmax'])

/** @param feature name of the value that new layers stand on, before its mean over places
 *  @returns null where no output of the file is a linear function of that feature, but for a softmax */
export function sourceHeadOf(model: OnnxModel, feature: string, width: number): SourceHead | null {
  const producers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  const before = (name: string, passed: ReadonlySet<string>): string => {
    const node = producers.get(name)
    return node && passed.has(node.op) ? before(node.inputs[0] ?? '', passed) : name
  }
  for (const output of model.outputs) {
    const last = producers.get(before(output.name, behind))
    const bias = last?.op === 'Add' ? last.inputs.find((name) => model.initialisers.has(name)) : undefined
    const layer = bias === undefined ? last : producers.get(before(last?.inputs.find((name) => name !== bias) ?? '', meaning))
    const head = layer && fullyConnected(layer, model, model.initialisers.get(bias ?? ''))
    if (head?.weight.shape[1] === width && before(layer?.inputs[0] ?? '', meaning) === before(feature, meaning)) return head
  }
  return null
}

/** A node as a fully connected layer. @param added what is added to it afterwards */
function fullyConnected({ op, inputs, attributes }: OnnxNode, { initialisers }: OnnxModel, added?: HostTensor): SourceHead | null {
  const [stored, own] = [initialisers.get(inputs[1] ?? ''), initialisers.get(inputs[2] ?? '')]
  if (!stored || (own && added)) return null
  const isPlain = (name: string): boolean => attributes[name] === undefined || attributes[name] === 1
  let weight: HostTensor | null = null
  if (op === 'MatMul' && stored.shape.length === 2) weight = transposed(stored)
  else if (op === 'Gemm' && isPlain('alpha') && isPlain('beta') && !attributes['transA'])
    weight = attributes['transB'] === 1 ? stored : transposed(stored)
  else if (op === 'Conv' && stored.shape.slice(2).every((extent) => extent === 1)) weight = { ...stored, shape: stored.shape.slice(0, 2) }
  const classes = weight?.shape[0] ?? 0
  const given = own ?? added
  if (!weight || (given && given.data.length !== classes)) return null
  return { weight, bias: given ? { ...given, shape: [classes] } : tensor('float32', [classes]) }
}

function transposed({ shape, data }: HostTensor): HostTensor {
  const [rows, columns] = shape as [number, number]
  return tensor('float32', [columns, rows], Array.from({ length: rows * columns }, (_, i) => Number(data[(i % rows) * columns + Math.floor(i / rows)]))) // prettier-ignore
}
