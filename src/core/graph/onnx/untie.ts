// Exporters store equal tensors once; training needs one variable for each parameter that was one.
import { isFloat } from '../../tensor/tensor.ts'
import type { HostTensor } from '../../tensor/tensor.ts'
import type { OnnxModel, OnnxNode } from './model.ts'

/** Operators whose parameters start as zeros, ones or another single number. */
const initialised = new Set([
  'BatchNormalization', 'LayerNormalization', 'InstanceNormalization', 'GroupNormalization', 'RMSNormalization',
  'Conv', 'Gemm', 'Add', 'Sub', 'Mul', 'Div', 'PRelu',
]) // prettier-ignore

/** Gives parameters that an exporter merged because their values were equal their own names again:
 * - `Identity` of a stored tensor, which PyTorch's exporter leaves behind under the parameter's old name, becomes a stored tensor;
 * - a tensor of one number throughout (fresh biases, scales, running statistics) gets a name for each use. Learned tensors that several
 *   nodes share stay tied: that is one layer applied twice. */
export function untie(model: OnnxModel): OnnxModel {
  const initialisers = new Map(model.initialisers)
  const used = new Set<string>()
  const isFresh = cached((name) => {
    const tensor = initialisers.get(name)
    return tensor !== undefined && isFilling(tensor)
  })
  const nodes = model.nodes.flatMap((node) => {
    if (node.domain !== '') return [node]
    const [input] = node.inputs
    const tensor = node.op === 'Identity' && input !== undefined ? initialisers.get(input) : undefined
    if (tensor) initialisers.set(node.outputs[0] ?? '', tensor)
    if (tensor) return []
    return [initialised.has(node.op) ? separate(node) : node]
  })
  return { ...model, initialisers, nodes }

  function separate(node: OnnxNode): OnnxNode {
    const inputs = node.inputs.map((name, position) => {
      const tensor = initialisers.get(name)
      if (!tensor || !isFresh(name)) return name
      if (!used.has(name)) {
        used.add(name)
        return name
      }
      const own = `${name}@${node.outputs[0] ?? ''}:${position}`
      initialisers.set(own, tensor)
      return own
    })
    return { ...node, inputs }
  }
}

/** More than one element, all the same. */
function isFilling({ dtype, data }: HostTensor): boolean {
  return isFloat(dtype) && data.length > 1 && (data as Float32Array | Float64Array).every((value) => value === data[0])
}

function cached(compute: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>()
  return (name) => {
    const value = known.get(name) ?? compute(name)
    known.set(name, value)
    return value
  }
}
