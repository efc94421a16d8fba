// How many channels a block of ONNX Runtime's blocked operators has on this processor.
import { InferenceSession } from 'onnxruntime-node'
import { OnnxBuilder } from '../../../core/graph/onnx/builder.ts'
import { tensor } from '../../../core/tensor/tensor.ts'
import { nchwc } from './blocked.ts'
import { toOrt } from './tensors.ts'

let known: Promise<number | null> | undefined

/** 16 with AVX-512, 8 with AVX2; null where ONNX Runtime does not have the operators. Found by reordering a known tensor, once a process. */
export function blockSize(): Promise<number | null> {
  return (known ??= probe())
}

async function probe(): Promise<number | null> {
  const type = { dtype: 'float32', shape: [1, 64, 1, 2] } as const
  const builder = new OnnxBuilder({ opset: 17, domains: { [nchwc.domain]: 1 } })
  const y = builder.node('ReorderInput', [builder.input('x', type)], {}, nchwc)
  builder.output(y, type)
  try {
    const session = await InferenceSession.create(builder.serialise(), { executionProviders: ['cpu'], logSeverityLevel: 4 })
    const values = Array.from({ length: 128 }, (_, i) => i)
    const result = await session.run({ x: toOrt(tensor('float32', type.shape, values)) })
    await session.release()
    // Element (channel 0, column 1) comes after the first columns of the whole block.
    const found = (result[y]?.data as Float32Array).indexOf(1)
    return found > 1 && 64 % found === 0 ? found : null
  } catch {
    return null
  }
}
