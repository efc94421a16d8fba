// Models written node by node run in ONNX Runtime.
import { describe, expect, it } from 'vitest'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { float, OnnxBuilder } from '../../../../src/core/graph/onnx/builder.ts'
import { tensor } from '../../../../src/core/tensor/tensor.ts'

describe('OnnxBuilder', () => {
  it('writes nodes, constants, inputs left out, other domains and symbolic extents', async () => {
    const b = new OnnxBuilder({ domains: { 'com.microsoft': 1 }, metadata: { classes: 'a,b' } })
    const x = b.input('x', { dtype: 'float32', shape: ['N', 4] })
    const weight = tensor('float32', [4, 4], [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2])
    const w = b.initialiser(weight)
    expect(b.initialiser(weight)).toBe(w)
    const fused = b.node('FusedMatMul', [x, w], { alpha: float(0.5), transB: 1 }, { domain: 'com.microsoft' })
    const clipped = b.node('Clip', [fused, null, b.initialiser(tensor('float32', [], [3]))])
    const split = b.initialiser(tensor('int64', [2], [1, 3]))
    const [, tail] = b.nodeAll('Split', [clipped, split], { axis: 1 }, { outputs: ['head', 'tail'] })
    b.output(tail!, { dtype: 'float32' })

    const session = await InferenceSession.create(b.serialise())
    const result = await session.run({ x: new Tensor('float32', [0, 1, 2, 9, -4, 5, -6, 7], [2, 4]) })
    expect(result['tail']!.dims).toEqual([2, 3])
    expect([...(result['tail']!.data as Float32Array)]).toEqual([1, 2, 3, 3, -6, 3])
  })

  it('names what is wrong', () => {
    const b = new OnnxBuilder()
    b.input('x', { dtype: 'float32' })
    expect(() => b.input('x', { dtype: 'float32' })).toThrow('x exists already')
    expect(() => b.node('Relu', ['y'])).toThrow('node Relu: its input y does not exist')
    expect(() => b.node('Elu', ['x'], { alpha: 0.5 })).toThrow('attribute alpha: 0.5 is not whole')
    expect(() => b.output('z', { dtype: 'float32' })).toThrow('output z')
  })
})
