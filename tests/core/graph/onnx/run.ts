// Runs model files in ONNX Runtime and in ours, for comparison.
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { input } from '../../../../src/core/graph/apply.ts'
import { instantiate } from '../../../../src/core/graph/onnx/instantiate.ts'
import { readOnnx } from '../../../../src/core/graph/onnx/read.ts'
import { symbolicBatch, writeOnnx } from '../../../../src/core/graph/onnx/write.ts'
import type { Value } from '../../../../src/core/graph/value.ts'
import { evaluate } from '../../../../src/core/reference/evaluate.ts'
import { Random } from '../../../../src/core/tensor/random.ts'
import { sizeOf, tensor } from '../../../../src/core/tensor/tensor.ts'
import type { HostTensor, Shape } from '../../../../src/core/tensor/tensor.ts'

export type Tensors = Readonly<Record<string, HostTensor>>

/** Standard normal. */
export function normal(shape: Shape, seed = 1): HostTensor<'float32'> {
  const random = new Random(seed)
  return tensor(
    'float32',
    shape,
    Array.from({ length: sizeOf(shape) }, () => random.normal()),
  )
}

export async function runOnnxRuntime(model: Uint8Array, feeds: Tensors): Promise<Tensors> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 })
  const results = await session.run(
    Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, new Tensor(t.dtype, t.data as never, t.shape)])),
  )
  const outputs = Object.entries(results).map(([name, { dims, type, data }]) => [name, { dtype: type, shape: dims, data }])
  await session.release()
  return Object.fromEntries(outputs) as Tensors
}

/** The file as our graph: its inputs as leaves of these shapes, and its outputs. */
export function graphOf(
  model: Uint8Array,
  shapes: Readonly<Record<string, Shape>>,
): { inputs: Record<string, Value>; outputs: Record<string, Value> } {
  const file = readOnnx(model)
  const inputs = Object.fromEntries(
    file.inputs.map(({ name, dtype }) => [name, input(name, { dtype: dtype ?? 'float32', shape: shapes[name] ?? [] })]),
  )
  const values = instantiate(file, { inputs })
  const outputs = Object.fromEntries(file.outputs.flatMap(({ name }) => Object.entries({ [name]: values.get(name) })))
  return { inputs, outputs: outputs as Record<string, Value> }
}

/** On the reference engine. */
export function runReference(model: Uint8Array, feeds: Tensors): Tensors {
  const { outputs } = graphOf(model, shapesOf(feeds))
  const results = evaluate(Object.values(outputs), feeds)
  return Object.fromEntries(Object.keys(outputs).map((name, i) => [name, results[i] as HostTensor]))
}

/** Read, built for any batch and written again. */
export function rewritten(model: Uint8Array, feeds: Tensors): Uint8Array {
  const shapes = Object.entries(shapesOf(feeds)).map(([name, [, ...rest]]) => [name, [symbolicBatch, ...rest]])
  return writeOnnx({ ...graphOf(model, Object.fromEntries(shapes) as Record<string, Shape>), batch: 'N' })
}

function shapesOf(feeds: Tensors): Record<string, Shape> {
  return Object.fromEntries(Object.entries(feeds).map(([name, { shape }]) => [name, shape]))
}

/** Largest difference over the largest magnitude; NaN where shapes differ. */
export function relativeDifference(found: HostTensor | undefined, expected: HostTensor | undefined): number {
  if (!found || found.shape.join() !== expected?.shape.join()) return NaN
  let [difference, magnitude] = [0, 1e-12]
  for (let i = 0; i < found.data.length; i++) {
    difference = Math.max(difference, Math.abs(Number(found.data[i]) - Number(expected.data[i])))
    magnitude = Math.max(magnitude, Math.abs(Number(expected.data[i])))
  }
  return difference / magnitude
}
