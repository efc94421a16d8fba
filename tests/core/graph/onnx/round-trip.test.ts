// Every operator that ONNX has: written to a file and read back, a graph computes what it did before.
import { describe, expect, it } from 'vitest'
import { input } from '../../../../src/core/graph/apply.ts'
import * as g from '../../../../src/core/graph/build.ts'
import { OnnxError } from '../../../../src/core/graph/onnx/errors.ts'
import { instantiate } from '../../../../src/core/graph/onnx/instantiate.ts'
import { readOnnx } from '../../../../src/core/graph/onnx/read.ts'
import { symbolicBatch, writeOnnx } from '../../../../src/core/graph/onnx/write.ts'
import { ops } from '../../../../src/core/graph/ops/index.ts'
import type { OpType } from '../../../../src/core/graph/ops/index.ts'
import { topological } from '../../../../src/core/graph/value.ts'
import type { Value } from '../../../../src/core/graph/value.ts'
import { evaluate } from '../../../../src/core/reference/evaluate.ts'
import { tensor } from '../../../../src/core/tensor/tensor.ts'
import { difference } from '../../../conformance/compare.ts'
import { Draw } from '../../../conformance/operators/case.ts'
import type { OperatorCase } from '../../../conformance/operators/case.ts'
import { operatorCases } from '../../../conformance/operators/index.ts'
import { normal, relativeDifference, runOnnxRuntime } from './run.ts'

const isInternal = (op: OpType): boolean => 'internal' in ops[op]

/** A case without the gradients that it has. */
function built({ build }: OperatorCase): { inputs: Record<string, Value>; outputs: Record<string, Value>; draw: Draw } {
  const draw = new Draw('float32')
  const result = build(draw)
  const all = Array.isArray(result) ? (result as Value[]) : [result as Value]
  const values = all.filter((value) => topological([value]).every(({ op }) => !isInternal(op) || op === 'StopGradient'))
  const leaves = topological(values).flatMap(({ op, outputs }) => (op === 'Input' ? outputs : []))
  const inputs = Object.fromEntries(leaves.map((leaf) => [(leaf.node.attributes as { name: string }).name, leaf]))
  return { inputs, outputs: Object.fromEntries(values.map((value, i) => [`y${i}`, value])), draw }
}

const writable = operatorCases.filter((test) => {
  const { inputs, outputs } = built(test)
  if (Object.keys(outputs).length === 0) return false
  try {
    writeOnnx({ inputs, outputs })
    return true
  } catch (error) {
    if (error instanceof OnnxError && /needs ONNX opset|Cast to float16/.test(error.message)) return false
    throw error
  }
})

describe('read(write(graph))', () => {
  it('is tried for every operator but the internal ones', () => {
    const covered = new Set<string>(writable.flatMap((test) => topological(Object.values(built(test).outputs)).map(({ op }) => op)))
    const missing = Object.keys(ops).filter((op) => !covered.has(op) && !isInternal(op as OpType))
    expect(missing).toEqual([])
  })

  it.each(writable.flatMap((test) => [17, 18].map((opset) => ({ test, opset: opset as 17 | 18, title: `${test.name}, opset ${opset}` }))))(
    '$title',
    ({ test, opset }) => {
      const { inputs, outputs, draw } = built(test)
      const bytes = writeOnnx({ inputs, outputs, opset })
      expect(writeOnnx({ ...built(test), opset })).toEqual(bytes)
      const values = instantiate(readOnnx(bytes), { inputs })
      const names = Object.keys(outputs)
      const again = evaluate(names.map((name) => values.get(name) as Value), draw.feeds) // prettier-ignore
      evaluate(Object.values(outputs), draw.feeds).forEach((expected, i) => {
        expect(difference(again[i], expected, { relative: 1e-6, absolute: 1e-6 }), names[i]).toBeNull()
      })
    },
  )
})

describe('writeOnnx', () => {
  const image = (batch: number): Value => input('image', { dtype: 'float32', shape: [batch, 3, 4, 4] })

  it('writes a graph for any batch: shapes that follow it are computed at run time', async () => {
    const graph = (batch: number): { inputs: Record<string, Value>; outputs: Record<string, Value> } => {
      const x = image(batch)
      const token = g.expand(g.constant(normal([1, 1, 16])), [batch, 1, 16])
      const rows = g.reshape(g.concat([g.reshape(x, [batch, 3, 16]), token], 1), [batch * 4, 16])
      const doubled = g.tile(g.slice(rows, [0], [batch * 2], [0]), [2, 1])
      const repeated = g.add(
        g.constant(tensor('float32', [batch, 1], new Array<number>(batch).fill(0.5))),
        g.reduceMean(g.reshape(doubled, [batch, 4, 16]), [1]),
      )
      return { inputs: { x }, outputs: { y: repeated, x } }
    }
    const file = writeOnnx({ ...graph(symbolicBatch), batch: 'N' })
    expect(readOnnx(file).inputs[0]?.shape).toEqual(['N', 3, 4, 4])
    for (const batch of [1, 5]) {
      const x = normal([batch, 3, 4, 4], batch)
      const [expected] = evaluate([graph(batch).outputs['y'] as Value], { image: x })
      const { y } = await runOnnxRuntime(file, { x })
      expect(relativeDifference(y, expected)).toBeLessThan(1e-6)
    }
  })

  it('names what it cannot write', () => {
    const x = image(2)
    const { y } = g.batchNormalizationTraining(x, g.constant(normal([3])), g.constant(normal([3])))
    expect(() => writeOnnx({ inputs: { x }, outputs: { y } })).toThrow('BatchNormalizationTraining is not an ONNX operator')
    expect(() => writeOnnx({ inputs: {}, outputs: { y: g.relu(x) } })).toThrow('the graph reads image, which is not among the inputs')
    const rows = g.constant(normal([symbolicBatch, 1, 1, 1]))
    const any = image(symbolicBatch)
    expect(() => writeOnnx({ inputs: { any }, outputs: { y: g.add(any, rows) }, batch: 'N' })).toThrow('a constant of shape')
  })
})
