// Replays the nodes of an ONNX file as our graph, with the concrete shapes of the inputs at hand.
import type { HostTensor, Shape } from '../../tensor/tensor.ts'
import { constant } from '../apply.ts'
import { describe } from '../ops/spec.ts'
import type { Value } from '../value.ts'
import { OnnxError } from './errors.ts'
import { folded } from './import/fold.ts'
import { importers } from './import/index.ts'
import { NodeReader } from './import/reader.ts'
import type { Context, Hooks } from './import/reader.ts'
import type { OnnxModel, OnnxNode } from './model.ts'

export interface InstantiateOptions {
  /** The graph's inputs by name. Any other value of the file may be given too: what leads to it is then left out. */
  readonly inputs: Readonly<Record<string, Value>>
  /** What stands for a stored tensor; a constant if left out. */
  readonly weight?: (name: string, tensor: HostTensor) => Value
  /** Values of the file that are wanted, by name; the graph's outputs if left out. */
  readonly outputs?: readonly string[]
  /** Shapes of values that are left out, for nodes that ask for nothing else of them. */
  readonly shapes?: ReadonlyMap<string, Shape>
  readonly hooks?: Hooks
}

/** An operator or attribute that cannot be read, and where it occurs first. */
export interface Unsupported {
  readonly node: string
  readonly op: string
  readonly domain: string
  readonly attribute: string | null
  readonly count: number
  readonly message: string
}

/** Everything that the file uses and that cannot be read, one entry an operator or attribute. Empty: `instantiate` may still refuse a
 * value of an attribute or a shape that depends on the data. */
export function unsupported(model: OnnxModel): Unsupported[] {
  const found = new Map<string, Unsupported>()
  const note = (node: OnnxNode, attribute: string | null): void => {
    const key = `${node.domain}.${node.op}.${attribute ?? ''}`
    const count = (found.get(key)?.count ?? 0) + 1
    const message = `${subject(node, model)}: ${attribute === null ? 'the operator' : `attribute ${attribute}`} is not supported`
    found.set(key, { ...(found.get(key) ?? { node: node.name, op: node.op, domain: node.domain, attribute, message }), count })
  }
  for (const node of model.nodes) {
    const importer = importerOf(node)
    if (!importer) note(node, null)
    else for (const name of Object.keys(node.attributes)) if (!importer.attributes.includes(name)) note(node, name)
  }
  return [...found.values()]
}

/** Builds the graph from the given inputs to the wanted outputs. Shapes are concrete: whatever the file computes from them is folded.
 * @returns all values of the file that were built, by name; the wanted ones are among them.
 * @throws OnnxError naming node, operator and opset: what is unsupported, or what does not fit. */
export function instantiate(model: OnnxModel, options: InstantiateOptions): ReadonlyMap<string, Value> {
  const { inputs, shapes = new Map<string, Shape>(), hooks = {}, outputs = model.outputs.map(({ name }) => name) } = options
  const values = new Map(Object.entries(inputs))
  for (const port of model.inputs) {
    const given = values.get(port.name)
    if (!given || (given.dtype === port.dtype && (port.shape === null || port.shape.length === given.shape.length))) continue
    const shape = port.shape?.map((extent) => extent ?? '?').join(', ') ?? '...'
    throw new OnnxError(`input ${port.name}: expected ${port.dtype} [${shape}], found ${describe(given)}`)
  }
  const context: Context = { opset: model.opset, hooks, shapes, batch: batchOf(model, inputs) }
  const weight = options.weight ?? ((_, tensor) => constant(tensor))

  const lookUp = (name: string, user: string): Value => {
    const known = values.get(name)
    if (known) return known
    const stored = model.initialisers.get(name)
    if (!stored)
      throw new OnnxError(`${user}: ${name} is an input of the graph that was not given, or an output that its operator does not have here`)
    const value = weight(name, stored)
    values.set(name, value)
    return value
  }
  for (const node of needed(model, outputs, values, shapes)) {
    const results = read(node, model, context, (name) => lookUp(name, subject(node, model)))
    node.outputs.forEach((name, index) => {
      const result = results[index]
      if (name !== '' && result && !values.has(name)) values.set(name, result)
    })
  }
  for (const name of outputs) lookUp(name, `output ${name}`)
  return values
}

function importerOf(node: OnnxNode): ReturnType<typeof importers.get> {
  return node.domain === '' ? importers.get(node.op) : undefined
}

function subject({ name, op, domain }: OnnxNode, { opset, domains }: OnnxModel): string {
  return domain === '' ? `node ${name} (${op}, opset ${opset})` : `node ${name} (${domain}.${op}, version ${domains[domain] ?? 'unknown'})`
}

function read(node: OnnxNode, model: OnnxModel, context: Context, lookUp: (name: string) => Value): readonly Value[] {
  const importer = importerOf(node)
  if (!importer) throw new OnnxError(`${subject(node, model)}: the operator is not supported`)
  const unknown = Object.keys(node.attributes).find((name) => !importer.attributes.includes(name))
  if (unknown !== undefined) throw new OnnxError(`${subject(node, model)}: attribute ${unknown} is not supported`)
  const skip = asksForShape(node) && context.shapes.has(node.inputs[0] ?? '')
  const inputs = node.inputs.map((name) => (name === '' || skip ? null : lookUp(name)))
  try {
    const result = importer.read(new NodeReader(node, inputs, context))
    return (isList(result) ? result : [result]).map(folded)
  } catch (error) {
    const { batch } = context
    const hint = batch ? ` (the file was made for a batch of ${batch.declared}: export it with a dynamic batch)` : ''
    throw new OnnxError(`${subject(node, model)}: ${error instanceof Error ? error.message : String(error)}${hint}`, { cause: error })
  }
}

function isList(result: Value | readonly Value[]): result is readonly Value[] {
  return Array.isArray(result)
}

function asksForShape({ op }: OnnxNode): boolean {
  return op === 'Shape' || op === 'Size'
}

/** The nodes that lead from given values to the wanted ones, in the file's order. */
function needed(
  model: OnnxModel,
  outputs: readonly string[],
  given: ReadonlyMap<string, Value>,
  shapes: ReadonlyMap<string, Shape>,
): OnnxNode[] {
  const wanted = new Set(outputs)
  const result: OnnxNode[] = []
  for (const node of model.nodes.toReversed()) {
    if (!node.outputs.some((name) => wanted.has(name) && !given.has(name))) continue
    result.push(node)
    for (const name of node.inputs) if (!(asksForShape(node) && shapes.has(name))) wanted.add(name)
  }
  return result.reverse()
}

/** Set where the first input's first extent is fixed in the file and different here. */
function batchOf(model: OnnxModel, inputs: Readonly<Record<string, Value>>): Context['batch'] {
  for (const { name, shape } of model.inputs) {
    const declared = shape?.[0]
    const actual = inputs[name]?.shape[0]
    if (typeof declared === 'number' && actual !== undefined && actual !== declared) return { declared, actual }
  }
  return null
}
