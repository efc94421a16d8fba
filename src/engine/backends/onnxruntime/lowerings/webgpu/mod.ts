// Remainders for ONNX Runtime's WebGPU kernels (1.30), which have none: on the processor a step would wait for the device.
import { inputOf, outputOf } from '../../lowering.ts'
import type { Lowering } from '../../lowering.ts'
import { oneToOne } from '../one-to-one.ts'

/** Of 32-bit integers, with the sign of the divisor: r(r(a, b) + b, b), where r(a, b) = a - b trunc(a / b) has that of the dividend. */
export const mod: Lowering<'Mod'> = (node, emit) => {
  const [a, b] = [inputOf(node, 0), inputOf(node, 1)]
  if (a.dtype !== 'int32' || node.attributes.fmod !== 0) {
    oneToOne(node, emit)
    return
  }
  const divisor = emit.name(b)
  const remainder = (of: string): string => emit.node('Sub', [of, emit.node('Mul', [divisor, emit.node('Div', [of, divisor])])])
  emit.set(outputOf(node), remainder(emit.node('Add', [remainder(emit.name(a)), divisor])))
}
