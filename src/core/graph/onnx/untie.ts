// Exporters store equal tensors once; training needs one variable for each parameter that was one.
import type { HostTensor } from '../../tensor/tensor.ts'
import type { OnnxModel, OnnxNode } from './model.ts'

/** Gives parameters that an exporter merged because their values were equal (fresh scales and running variances are all 1) their own names again:
 * - `Identity` of a stored tensor, which PyTorch's exporter leaves behind under the parameter's old name, becomes a stored tensor;
 * - a tensor in several BatchNormalization inputs gets a name for each. Nodes that share four different tensors are one layer applied twice: they stay tied. */
export function untie(model: OnnxModel): OnnxModel {
  const initialisers = new Map(model.initialisers)
  const owners = new Map<string, string>()
  const nodes = model.nodes.flatMap((node) => {
    if (node.domain !== '') return [node]
    if (node.op === 'BatchNormalization') return [separate(node, initialisers, owners)]
    const [input] = node.inputs
    const tensor = node.op === 'Identity' && input !== undefined ? initialisers.get(input) : undefined
    if (tensor) initialisers.set(node.outputs[0] ?? '', tensor)
    return tensor ? [] : [node]
  })
  return { ...model, initialisers, nodes }
}

/** @param owners tensor name -> the layer and input position whose parameter it is. */
function separate(node: OnnxNode, initialisers: Map<string, HostTensor>, owners: Map<string, string>): OnnxNode {
  const [x = '', ...parameters] = node.inputs
  const merged = new Set(parameters).size < parameters.length
  const layer = merged ? (node.outputs[0] ?? '') : parameters.join()
  const names = parameters.map((name, index) => {
    const tensor = initialisers.get(name)
    if (!tensor) return name
    const owner = `${layer}:${index + 1}`
    if (!owners.has(name)) owners.set(name, owner)
    if (owners.get(name) === owner) return name
    const own = `${name}@${owner}`
    initialisers.set(own, tensor)
    return own
  })
  return { ...node, inputs: [x, ...names] }
}
