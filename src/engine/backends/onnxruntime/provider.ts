// What ONNX Runtime computes on, by its execution providers.
import { AppError } from '../../../shared/errors.ts'

/** ONNX Runtime's names of what it can compute on. */
const providers = ['cpu', 'cuda', 'dml', 'webgpu', 'coreml'] as const
export type Provider = (typeof providers)[number]

/** @throws AppError 'bad-option' for a device that is none of ONNX Runtime's */
export function providerOf(device = 'cpu'): Provider {
  const provider = providers.find((name) => name === device)
  if (!provider) throw new AppError('bad-option', `device: expected one of ${providers.join(', ')}, found ${device}`)
  return provider
}
