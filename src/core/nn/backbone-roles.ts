// Which stored tensors of an ONNX file are learned parameters, which are running statistics, and which are mere constants.
import { isFloat, sizeOf } from '../tensor/tensor.ts'
import type { HostTensor } from '../tensor/tensor.ts'
import type { OnnxModel, OnnxNode } from '../graph/onnx/model.ts'

export interface Roles {
  /** Names of the parameters that can be trained, by the node that uses them, in the file's order. */
  readonly weights: ReadonlyMap<OnnxNode, readonly string[]>
  /** All of these names. */
  readonly parameters: ReadonlySet<string>
  /** Names of running means and variances of BatchNormalization. */
  readonly buffers: ReadonlySet<string>
}

/** Input positions of parameters. Embedding tables are the data of a Gather. */
const parameters: Readonly<Record<string, readonly number[]>> = {
  Conv: [1, 2],
  Gemm: [0, 1, 2],
  MatMul: [0, 1],
  BatchNormalization: [1, 2],
  LayerNormalization: [1, 2],
  RMSNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  GroupNormalization: [1, 2],
  PRelu: [1],
  Gather: [0],
}
const products = new Set(['Conv', 'Gemm', 'MatMul', 'Gather'])
/** Operators under which a parameter may pass before it is used. */
const views = new Set(['Transpose', 'Reshape', 'Identity', 'Cast', 'Squeeze', 'Unsqueeze', 'Flatten', 'Expand', 'Slice', 'Tile', 'Split'])
const arithmetic = new Set(['Add', 'Sub', 'Mul', 'Div'])

/** Roles of the stored tensors. An operand of Add, Sub, Mul or Div (bias, position embedding, layer scale) is a
 * parameter only behind the first learned layer: before it stands the image's mean and deviation. Scalars, attention masks and fillings
 * are constants of the architecture. */
export function rolesOf({ initialisers, nodes }: OnnxModel): Roles {
  const weights = new Map<OnnxNode, string[]>()
  const buffers = new Set<string>()
  const origins = new Map([...initialisers].filter(([, tensor]) => isFloat(tensor.dtype)).map(([name]) => [name, name]))
  const learned = new Set<string>()
  for (const node of nodes) {
    const { op, inputs, outputs } = node
    const found: string[] = []
    const add = (name: string | undefined, accepts: (tensor: HostTensor) => boolean): void => {
      const origin = origins.get(name ?? '')
      const tensor = initialisers.get(origin ?? '')
      if (origin !== undefined && tensor && accepts(tensor)) found.push(origin)
    }
    const origin = views.has(op) ? origins.get(inputs[0] ?? '') : undefined
    if (origin !== undefined) for (const output of outputs) origins.set(output, origin)
    for (const position of parameters[op] ?? []) add(inputs[position], () => true)
    if (op === 'BatchNormalization') for (const name of inputs.slice(3)) if (initialisers.has(name)) buffers.add(name)
    const after = inputs.some((name) => learned.has(name))
    if (after && arithmetic.has(op)) for (const name of inputs) add(name, isParameter)
    if (after && op === 'Concat') for (const name of inputs) add(name, (tensor) => origins.get(name) !== name || !isFilling(tensor))
    if (after || (products.has(op) && inputs.some((name) => origins.has(name)))) for (const output of outputs) learned.add(output)
    if (found.length > 0) weights.set(node, found)
  }
  return { weights, parameters: new Set([...weights.values()].flat()), buffers }
}

/** Parameters and running statistics by the node on the image's way that needs them: its own, and those of what is computed beside it
 * (a table of relative positions that is gathered first, a learned position encoding).
 * @param isDependent whether a value depends on the image. */
export function variablesOf(
  { weights, buffers }: Roles,
  nodes: readonly OnnxNode[],
  isDependent: (name: string) => boolean,
): ReadonlyMap<OnnxNode, readonly string[]> {
  const beside = new Map<string, readonly string[]>()
  const found = new Map<OnnxNode, readonly string[]>()
  for (const node of nodes) {
    const statistics = node.op === 'BatchNormalization' ? node.inputs.filter((name) => buffers.has(name)) : []
    const carried = node.inputs.flatMap((name) => beside.get(name) ?? [])
    const all = [...new Set([...carried, ...(weights.get(node) ?? []), ...statistics])]
    if (node.outputs.some(isDependent)) found.set(node, all)
    else for (const name of node.outputs) beside.set(name, all)
  }
  return found
}

/** Not a scalar, and not an attention mask, which holds -100 or less where nothing may be seen. */
function isParameter(tensor: HostTensor): boolean {
  return sizeOf(tensor.shape) > 1 && !(tensor.data as Float32Array).some((value) => value <= -100)
}

/** The same number everywhere. */
function isFilling({ data }: HostTensor): boolean {
  return (data as Float32Array).every((value) => value === data[0])
}
