// The engine for a device: the one place that knows which back ends there are.
import type { Engine } from '../../core/graph/program.ts'
import { OnnxRuntimeEngine } from './onnxruntime/engine.ts'
import { providerOf } from './onnxruntime/session.ts'

export interface Place {
  /** As the devices service names it: `cpu`, `webgpu`, ...; the processor if left out. */
  readonly device?: string | undefined
  /** Threads within an operator. */
  readonly threads: number
  /** Told what is worth knowing of a program, e.g. operators that the device leaves to the processor. */
  readonly onWarning?: ((message: string) => void) | undefined
}

/** @throws AppError 'bad-option' for a device that no engine has */
export function openEngine({ device, threads, onWarning }: Place): Promise<Engine> {
  const onFallback = (program: string, operators: ReadonlyMap<string, number>): void =>
    onWarning?.(`${device}: ${program} has operators that are computed on the processor: ${named(operators)}`)
  return Promise.resolve().then(() => new OnnxRuntimeEngine({ threads, provider: providerOf(device), ...(onWarning && { onFallback }) }))
}

function named(operators: ReadonlyMap<string, number>): string {
  return [...operators].map(([name, count]) => (count === 1 ? name : `${name} (${count})`)).join(', ')
}
