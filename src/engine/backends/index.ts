// The engine for a device: the one place that knows which back ends there are.
import type { Engine } from '../../core/graph/program.ts'
import { OnnxRuntimeEngine } from './onnxruntime/engine.ts'
import { providerOf } from './onnxruntime/provider.ts'

export interface Place {
  /** As the devices service names it: `cpu`, `webgpu`, ... of ONNX Runtime, or `tensorflow`; the processor if left out. */
  readonly device?: string | undefined
  /** Threads within an operator. */
  readonly threads: number
  /** Told once a program which of its operators the device leaves to the processor, and how many of each. */
  readonly onFallback?: ((operators: ReadonlyMap<string, number>, program: string) => void) | undefined
}

/** @throws AppError 'bad-option' for a device that no engine has, 'unsupported' for one that is not there */
export async function openEngine({ device, threads, onFallback }: Place): Promise<Engine> {
  if (device !== 'tensorflow') return new OnnxRuntimeEngine({ threads, provider: providerOf(device), ...(onFallback && { onFallback }) })
  const { TensorFlowEngine } = await import('./tensorflow/engine.ts')
  return new TensorFlowEngine({ threads })
}
