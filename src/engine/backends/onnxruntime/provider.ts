// What ONNX Runtime computes on, by its execution providers.
import type { InferenceSession } from 'onnxruntime-node'
import { AppError } from '../../../shared/errors.ts'

/** ONNX Runtime's names of what it can compute on. */
export const providers = ['cpu', 'cuda', 'dml', 'webgpu', 'coreml'] as const
export type Provider = (typeof providers)[number]

/** @throws AppError 'bad-option' for a device that is none of ONNX Runtime's */
export function providerOf(device = 'cpu'): Provider {
  const provider = providers.find((name) => name === device)
  if (!provider) throw new AppError('bad-option', `device: expected one of ${providers.join(', ')}, found ${device}`)
  return provider
}

/** What a session computes on, as ONNX Runtime is told: the device, and the processor for what that cannot do.
 * @param kept names of nodes that are not for the device */
export function placeOf(
  provider: Provider,
  kept: readonly string[] = [],
): Pick<InferenceSession.SessionOptions, 'executionProviders' | 'extra'> {
  if (provider === 'cpu') return { executionProviders: ['cpu'] }
  const fallback = kept.length > 0 && { forceCpuNodeNames: kept }
  if (provider !== 'webgpu') return { executionProviders: [{ name: provider, ...fallback }, 'cpu'] }
  return { executionProviders: [{ name: provider, ...fallback, ...buffers }, 'cpu'], extra: { ep: { webgpuexecutionprovider: queue } } }
}

/** A training step asks for the same sizes each time: kept by size, no buffer is made anew (MobileNetV2 on an H200: 54 instead of 72 ms a step, for a quarter
 * more memory). */
const buffers = { storageBufferCacheMode: 'simple' }

/** Kernels handed over at a time: with 4 instead of 16 the device begins earlier, and freed buffers are free earlier (47 instead of 54 ms). */
const queue = { maxNumPendingDispatches: '4' }
