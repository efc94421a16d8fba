// Reading files: every way that tensors are stored, what exporters merge, and every kind of bad file.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import type { MessageInitShape } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { input } from '../../../../src/core/graph/apply.ts'
import { OnnxBuilder } from '../../../../src/core/graph/onnx/builder.ts'
import { OnnxError } from '../../../../src/core/graph/onnx/errors.ts'
import { instantiate, unsupported } from '../../../../src/core/graph/onnx/instantiate.ts'
import { ModelProtoSchema, TensorProto_DataLocation, TensorProto_DataType as Type } from '../../../../src/core/graph/onnx/onnx_pb.ts'
import type { ModelProto, TensorProtoSchema } from '../../../../src/core/graph/onnx/onnx_pb.ts'
import { readOnnx } from '../../../../src/core/graph/onnx/read.ts'
import type { ReadOptions } from '../../../../src/core/graph/onnx/read.ts'
import { tensor, toNumbers } from '../../../../src/core/tensor/tensor.ts'
import { tinyBackbone } from '../../../support/tiny-backbone.ts'

/** A file with one Relu, after the change. */
function file(change: (model: ModelProto) => unknown = () => null): Uint8Array {
  const builder = new OnnxBuilder()
  builder.input('x', { dtype: 'float32', shape: ['N', 2] })
  const [y = ''] = builder.nodeAll('Relu', ['x'], {}, { outputs: ['y'] })
  builder.output(y, { dtype: 'float32', shape: ['N', 2] })
  const model = fromBinary(ModelProtoSchema, builder.serialise())
  change(model)
  return toBinary(ModelProtoSchema, model)
}

function withTensor(proto: MessageInitShape<typeof TensorProtoSchema>, options?: ReadOptions): ReturnType<typeof readOnnx> {
  const { graph } = create(ModelProtoSchema, { graph: { initializer: [{ name: 't', ...proto }] } })
  const bytes = file((model) => model.graph && graph && (model.graph.initializer = graph.initializer))
  return readOnnx(bytes, options)
}

function bytesOf(data: ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer as ArrayBuffer)
}

describe('stored tensors', () => {
  const halves = [0x0000, 0x8000, 0x3c00, 0xc000, 0x3555, 0x0001, 0x03ff, 0x7bff, 0x7c00, 0xfc00]
  const halfNumbers = [0, -0, 1, -2, 0.333251953125, 2 ** -24, 1023 * 2 ** -24, 65504, Infinity, -Infinity]
  const brains = [0x3f80, 0xc000, 0x4049, 0x7f80]
  const brainNumbers = [1, -2, 3.140625, Infinity]
  it.each<[string, MessageInitShape<typeof TensorProtoSchema>, string, number[]]>([
    ['float32, raw', { dataType: Type.FLOAT, rawData: bytesOf(Float32Array.of(1.5, -2)) }, 'float32', [1.5, -2]],
    ['float32, typed', { dataType: Type.FLOAT, floatData: [1.5, -2] }, 'float32', [1.5, -2]],
    ['float16, raw', { dataType: Type.FLOAT16, rawData: bytesOf(Uint16Array.from(halves)) }, 'float32', halfNumbers],
    ['float16, typed', { dataType: Type.FLOAT16, int32Data: halves }, 'float32', halfNumbers],
    ['bfloat16, raw', { dataType: Type.BFLOAT16, rawData: bytesOf(Uint16Array.from(brains)) }, 'float32', brainNumbers],
    ['bfloat16, typed', { dataType: Type.BFLOAT16, int32Data: brains }, 'float32', brainNumbers],
    ['double, raw', { dataType: Type.DOUBLE, rawData: bytesOf(Float64Array.of(0.1)) }, 'float64', [0.1]],
    ['double, typed', { dataType: Type.DOUBLE, doubleData: [0.1] }, 'float64', [0.1]],
    ['int64, raw', { dataType: Type.INT64, rawData: bytesOf(BigInt64Array.of(-5n)) }, 'int64', [-5]],
    ['int64, typed', { dataType: Type.INT64, int64Data: [-5n] }, 'int64', [-5]],
    ['int32, raw', { dataType: Type.INT32, rawData: bytesOf(Int32Array.of(-5)) }, 'int32', [-5]],
    ['int32, typed', { dataType: Type.INT32, int32Data: [-5] }, 'int32', [-5]],
    ['uint8, raw', { dataType: Type.UINT8, rawData: Uint8Array.of(7, 255) }, 'uint8', [7, 255]],
    ['uint8, typed', { dataType: Type.UINT8, int32Data: [7, 255] }, 'uint8', [7, 255]],
    ['bool, raw', { dataType: Type.BOOL, rawData: Uint8Array.of(0, 1, 2) }, 'bool', [0, 1, 1]],
    ['bool, typed', { dataType: Type.BOOL, int32Data: [0, 1] }, 'bool', [0, 1]],
  ])('%s', (_, proto, dtype, values) => {
    const found = withTensor({ ...proto, dims: [BigInt(values.length)] }).initialisers.get('t')
    expect(found?.dtype).toBe(dtype)
    expect(found && toNumbers(found)).toEqual(values)
  })

  it.each<[MessageInitShape<typeof TensorProtoSchema>, string]>([
    [{ dataType: Type.FLOAT, dims: [3n], floatData: [1] }, 'initialiser t: [3] needs 3 elements, found 1'],
    [{ dataType: Type.FLOAT, dims: [3n], rawData: new Uint8Array(4) }, 'initialiser t: [3] needs 12 bytes, found 4'],
    [{ dataType: Type.FLOAT, dims: [-1n], floatData: [1] }, '-1 is not an extent'],
    [{ dataType: Type.FLOAT, dims: [1n << 40n] }, 'is not an extent'],
    [{ dataType: Type.INT8, dims: [1n], int32Data: [1] }, 'initialiser t: element type INT8 is not supported; float32'],
    [{ dataType: Type.STRING, dims: [1n] }, 'element type STRING'],
    [{ dataType: Type.FLOAT, segment: { begin: 0n, end: 1n } }, 'segments'],
  ])('%#: refuses %o', (proto, message) => {
    expect(() => withTensor(proto)).toThrow(OnnxError)
    expect(() => withTensor(proto)).toThrow(message)
  })

  it('asks for external data inside the folder of the model only', () => {
    const proto = (...entries: [string, string][]): MessageInitShape<typeof TensorProtoSchema> => ({
      dataType: Type.FLOAT,
      dims: [1n],
      dataLocation: TensorProto_DataLocation.EXTERNAL,
      externalData: entries.map(([key, value]) => ({ key, value })),
    })
    const asked: unknown[] = []
    const external = (...request: unknown[]): Uint8Array => (asked.push(request), bytesOf(Float32Array.of(2)))
    const found = withTensor(proto(['location', 'data/w.bin'], ['offset', '8'], ['length', '4']), { external })
    expect(found.initialisers.get('t')?.data).toEqual(Float32Array.of(2))
    expect(asked).toEqual([['data/w.bin', 8, 4]])
    for (const location of ['../w.bin', 'a/../../w.bin', '/etc/passwd', 'C:\\w.bin', '\\\\host\\w.bin', 'a\\..\\..\\w', '', 'a\0b']) {
      expect(() => withTensor(proto(['location', location]), { external })).toThrow("expected a path inside the model's folder")
    }
    expect(() => withTensor(proto(['location', 'w'], ['offset', '-1']), { external })).toThrow('offset')
    expect(() => withTensor(proto(['location', 'w']))).toThrow('w, which was not given')
  })
})

describe('files', () => {
  it.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(0), 'the file is empty'],
    ['text', new TextEncoder().encode('this is no model\n'), 'not an ONNX model'],
    ['JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16), 'not an ONNX model'],
    ['half a file', tinyBackbone().subarray(0, 9000), 'not an ONNX model, or cut short'],
    ['no graph', file((model) => delete model.graph), 'it holds no graph'],
    ['old operators', file((model) => (model.opsetImport[0]!.version = 6n)), 'opset 6; 7 to 26'],
    ['operators of the future', file((model) => (model.opsetImport[0]!.version = 99n)), 'opset 99'],
    ['operators of ONNX-ML alone', file((model) => (model.opsetImport[0]!.domain = 'ai.onnx.ml')), 'found only ai.onnx.ml'],
    ['a missing value', file((model) => (model.graph!.node[0]!.input[0] = 'z')), 'node y (Relu): nothing before it produces its input z'],
    ['a value made twice', file((model) => model.graph!.node.push(model.graph!.node[0]!)), 'its output y exists already'],
    ['a missing output', file((model) => (model.graph!.output[0]!.name = 'z')), 'graph output z'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readOnnx(bytes)).toThrow(OnnxError)
    expect(() => readOnnx(bytes)).toThrow(message)
  })

  it('meets damage with an OnnxError, if it notices at all', () => {
    const whole = tinyBackbone({ size: 8 })
    const damaged = fc.oneof(
      fc.nat(whole.length).map((length) => whole.slice(0, length)),
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }).map((changes) => {
        const bytes = whole.slice()
        for (const [at, value] of changes) bytes[at] = value
        return bytes
      }),
      fc.uint8Array({ maxLength: 200 }),
    )
    fc.assert(
      fc.property(damaged, (bytes) => {
        try {
          const model = readOnnx(bytes)
          const shape = model.inputs[0]?.shape?.map((extent) => (typeof extent === 'number' && extent < 100 ? extent : 1)) ?? []
          instantiate(model, {
            inputs: Object.fromEntries(model.inputs.map(({ name, dtype }) => [name, input(name, { dtype: dtype ?? 'float32', shape })])),
          })
        } catch (error) {
          expect(error).toBeInstanceOf(OnnxError)
        }
      }),
      { numRuns: 400, seed: 1 },
    )
  })
})

describe('what cannot be read', () => {
  function model(): Uint8Array {
    const builder = new OnnxBuilder({ domains: { 'com.example': 3 } })
    builder.input('x', { dtype: 'float32', shape: [1, 3, 4, 4] })
    const a = builder.node('Relu', ['x'], { leak: 1 })
    const b = builder.node('Einsum', [builder.node('Einsum', [a, a], { equation: 'i,i' }), a], { equation: 'i,i' })
    const c = builder.node('Magic', [b], {}, { domain: 'com.example' })
    builder.output(c, { dtype: 'float32' })
    return builder.serialise()
  }

  it('is listed all at once, and named by node, operator, domain and opset', () => {
    const read = readOnnx(model())
    expect(unsupported(read).map(({ message, count }) => `${message} x${count}`)).toEqual([
      'node Relu_0 (Relu, opset 17): attribute leak is not supported x1',
      'node Einsum_1 (Einsum, opset 17): the operator is not supported x2',
      'node Magic_3 (com.example.Magic, version 3): the operator is not supported x1',
    ])
    const x = input('x', { dtype: 'float32', shape: [1, 3, 4, 4] })
    expect(() => instantiate(read, { inputs: { x } })).toThrow('node Relu_0 (Relu, opset 17): attribute leak is not supported')
  })

  it('names inputs of another type, shapes that do not fit, and shapes that depend on the data', () => {
    const builder = new OnnxBuilder()
    builder.input('x', { dtype: 'float32', shape: ['N', 4] })
    builder.input('shape', { dtype: 'int64', shape: [2] })
    const w = builder.initialiser(tensor('float32', [3, 3]), 'w')
    builder.output(builder.node('MatMul', ['x', w]), { dtype: 'float32' })
    builder.output(builder.node('Reshape', ['x', 'shape']), { dtype: 'float32' })
    const read = readOnnx(builder.serialise())
    const [x, shape] = [input('x', { dtype: 'float32', shape: [2, 4] }), input('shape', { dtype: 'int64', shape: [2] })]
    expect(() => instantiate(read, { inputs: { x: input('x', { dtype: 'uint8', shape: [2, 4] }) } })).toThrow(
      'input x: expected float32 [N, 4], found uint8[2, 4]',
    )
    expect(() => instantiate(read, { inputs: { x }, outputs: ['MatMul_0'] })).toThrow(
      'node MatMul_0 (MatMul, opset 17): MatMul(float32[2, 4], float32[3, 3])',
    )
    expect(() => instantiate(read, { inputs: { x, shape }, outputs: ['Reshape_1'] })).toThrow('input 1 (shape) depends on the data')
    expect(() => instantiate(read, { inputs: { x }, outputs: ['Reshape_1'] })).toThrow('shape is an input of the graph that was not given')
  })
})

describe('a few bytes that ask for much', () => {
  const int64 = (value: number): ReturnType<typeof tensor> => tensor('int64', [], [value])
  it.each<[string, (b: OnnxBuilder) => string, string]>([
    [
      'a long range',
      (b) =>
        b.node(
          'Range',
          [0, 2 ** 40, 1].map((value) => b.initialiser(int64(value))),
        ),
      'expected at most 16777216 elements',
    ],
    ['many parts', (b) => b.node('Split', ['x'], { num_outputs: 2 ** 40 }), 'expected 1 to 2 parts'],
    [
      'a large constant',
      (b) => {
        const ones = b.node('ConstantOfShape', [b.initialiser(tensor('int64', [1], [2 ** 31]))], { value: tensor('int64', [1], [1]) })
        return b.node('Reshape', ['x', ones])
      },
      'too large to be computed on reading',
    ],
  ])('%s', (_, add, message) => {
    const builder = new OnnxBuilder({ opset: 18 })
    builder.input('x', { dtype: 'float32', shape: [2] })
    builder.output(add(builder), { dtype: 'float32' })
    const x = input('x', { dtype: 'float32', shape: [2] })
    expect(() => instantiate(readOnnx(builder.serialise()), { inputs: { x } })).toThrow(message)
  })
})

describe('parameters that the exporter merged', () => {
  it('get their own names again', () => {
    const builder = new OnnxBuilder({ opset: 13 })
    builder.input('x', { dtype: 'float32', shape: ['N', 2] })
    const one = builder.initialiser(tensor('float32', [2], [1, 1]), 'one')
    const learned = builder.initialiser(tensor('float32', [2], [1, 2]), 'learned')
    const [variance = ''] = builder.nodeAll('Identity', [one], {}, { outputs: ['bn.var'] })
    const a = builder.nodeAll('BatchNormalization', ['x', one, one, one, variance], {}, { outputs: ['a'] })[0]!
    const b = builder.nodeAll('BatchNormalization', [a, learned, learned, one, learned], {}, { outputs: ['b'] })[0]!
    builder.output(b, { dtype: 'float32' })
    const model = readOnnx(builder.serialise())
    expect(model.nodes.map(({ inputs }) => inputs)).toEqual([
      ['x', 'one', 'one@a:2', 'one@a:3', 'bn.var'],
      ['a', 'learned', 'learned', 'one@b:3', 'learned'],
    ])
  })
})
