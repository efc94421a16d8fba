// A program as one ONNX model.
import { fuseHorizontally } from '../../../core/graph/horizontal.ts'
import { OnnxBuilder } from '../../../core/graph/onnx/builder.ts'
import type { OnnxValueType } from '../../../core/graph/onnx/builder.ts'
import type { OpType } from '../../../core/graph/ops/index.ts'
import { resultsOf } from '../../../core/graph/program.ts'
import type { Program } from '../../../core/graph/program.ts'
import { topological } from '../../../core/graph/value.ts'
import type { Node, Value } from '../../../core/graph/value.ts'
import type { TensorType } from '../../../core/tensor/tensor.ts'
import { DeviceMemory } from './device-memory.ts'
import { Emitter } from './emitter.ts'
import type { Layout } from './layout.ts'
import type { Lowering } from './lowering.ts'
import { lowerings } from './lowerings/index.ts'
import { oneToOne } from './lowerings/one-to-one.ts'
import { webgpu } from './lowerings/webgpu/index.ts'
import type { Provider } from './provider.ts'

export interface LoweredProgram {
  readonly model: Uint8Array
  /** ONNX names of what goes in, by the program's names; leaves that nothing depends on are left out. */
  readonly feeds: ReadonlyMap<string, string>
  readonly reads: ReadonlyMap<string, string>
  /** ONNX names of what comes out, by the program's names. */
  readonly outputs: ReadonlyMap<string, string>
  readonly updates: ReadonlyMap<string, string>
  /** Those results among the updates that a device keeps. */
  readonly resident: readonly string[]
  /** Nodes that are not to be computed on the device though it would take them. */
  readonly kept: readonly string[]
}

export interface Target {
  readonly provider: Provider
  /** Channels in a block of ONNX Runtime's blocked operators; null = they are not there. */
  readonly block: number | null
}

type Lowerings = { readonly [Op in OpType]?: Lowering<Op> }

/** What devices need in another way than the processor does. */
const ofDevices: { readonly [Name in Provider]?: Lowerings } = { webgpu }

export function lowerProgram(given: Program, { provider, block }: Target): LoweredProgram {
  const program = provider === 'cpu' ? given : fuseHorizontally(given)
  const table: Lowerings = { ...lowerings, ...ofDevices[provider] }
  const builder = new OnnxBuilder({ name: 'program', opset: 17, domains: { 'com.microsoft': 1, 'com.microsoft.nchwc': 1 } })
  const results = resultsOf(program)
  const order = topological(results)
  // Rows and blocks are made for the processor's kernels.
  const preferred = provider === 'cpu' ? preferredLayout(order, block) : 'plain'
  const hidesShapes = provider === 'cpu' && Object.keys(program.updates).length > 0
  const emit = new Emitter(builder, { block, uses: countUses(order, results), preferred, hidesShapes, padsApart: provider === 'webgpu' })
  const used = new Set(order)

  const enter = (kind: string, values: Readonly<Record<string, Value>>): Map<string, string> => {
    const names = new Map<string, string>()
    for (const [name, value] of Object.entries(values)) {
      if (!used.has(value.node)) continue
      names.set(name, builder.input(`${kind}:${name}`, hidesShapes && kind === 'feed' ? anyNumber(name, value) : value))
      emit.set(value, `${kind}:${name}`)
    }
    return names
  }
  const feeds = enter('feed', program.feeds)
  const reads = enter('state', program.reads)
  const inputs = new Set([...feeds.values(), ...reads.values()])

  const leaves = new Set([...Object.values(program.feeds), ...Object.values(program.reads)].map((value) => value.node))
  for (const node of order) {
    if (leaves.has(node)) continue
    if (node.op === 'Input') {
      const { name } = (node as Node<'Input'>).attributes
      throw new Error(`leaf ${name} is neither a feed nor a state variable of the program`)
    }
    emit.lowered = node.op
    const lowering = table[node.op] as Lowering<OpType> | undefined
    ;(lowering ?? oneToOne)(node, emit)
  }

  const taken = new Set<string>()
  const leave = (kind: string, values: Readonly<Record<string, Value>>): Map<string, string> => {
    const names = new Map<string, string>()
    for (const [name, value] of Object.entries(values)) {
      const held = emit.name(value)
      // A model's outputs are results of nodes, each under one name.
      const direct = value.node.op !== 'Constant' && !inputs.has(held) && !taken.has(held)
      const result = direct ? held : emit.node('Identity', [held])
      taken.add(result)
      builder.output(result, value)
      names.set(name, result)
    }
    return names
  }
  const outputs = leave('output', program.outputs)
  const updates = leave('update', program.updates)
  const resident = Object.entries(program.updates).flatMap(([name, value]) => (DeviceMemory.holds(value) ? [updates.get(name) ?? ''] : []))
  return { model: builder.serialise(), feeds, reads, outputs, updates, resident, kept: emit.kept }
}

/** Of images of which ONNX Runtime does not know how many they are. */
function anyNumber(name: string, { dtype, shape }: TensorType): OnnxValueType {
  return { dtype, shape: shape.length > 1 ? [`number of ${name}`, ...shape.slice(1)] : shape }
}

function countUses(order: readonly Node[], results: readonly Value[]): Map<Value, number> {
  const uses = new Map<Value, number>()
  for (const value of [...order.flatMap((node) => node.inputs), ...results]) if (value) uses.set(value, (uses.get(value) ?? 0) + 1)
  return uses
}

/** Where a convolution has a choice. Depthwise convolutions are 5 to 14 times faster in blocks, and the pointwise ones between gain by staying there;
 * convolutions of 3x3 on small maps are faster on rows. Constant filters are left to ONNX Runtime's own optimiser. */
function preferredLayout(order: readonly Node[], block: number | null): Layout {
  const trained = order.filter((node): node is Node<'Conv'> => node.op === 'Conv' && node.inputs[1]?.node.op !== 'Constant')
  const depthwise = trained.some(({ attributes: { group }, inputs: [, w] }) => group > 1 && group === w?.shape[0] && w.shape[1] === 1)
  if (depthwise && block !== null) return 'blocked'
  return trained.some(({ attributes: { group }, inputs: [, w] }) => group === 1 && w?.shape[2] === 3 && w.shape[3] === 3) ? 'rows' : 'plain'
}
