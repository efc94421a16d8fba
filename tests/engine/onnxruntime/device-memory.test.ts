// What is made on a device before something fails there goes again. The device is one of the test's own.
import { InferenceSession } from 'onnxruntime-node'
import type { Tensor } from 'onnxruntime-node'
import { afterEach, expect, test, vi } from 'vitest'
import { tensor } from '../../../src/core/tensor/tensor.ts'
import { DeviceMemory } from '../../../src/engine/backends/onnxruntime/device-memory.ts'
import { OnnxState } from '../../../src/engine/backends/onnxruntime/state.ts'

afterEach(() => vi.restoreAllMocks())

/** A session that leaves what it is given on the device, where there is room for so many. */
function copier(room = Infinity) {
  const dispose = vi.fn()
  const run = ({ source: { type, dims } }: { source: Tensor }): Promise<unknown> =>
    room-- > 0 ? Promise.resolve({ result: { type, dims, location: 'gpu-buffer', dispose } }) : Promise.reject(new Error('out of memory'))
  return { run, dispose, release: vi.fn() }
}

function open(...sessions: (ReturnType<typeof copier> | Error)[]): DeviceMemory {
  const create = vi.spyOn(InferenceSession, 'create')
  for (const one of sessions)
    create.mockImplementationOnce(() => (one instanceof Error ? Promise.reject(one) : Promise.resolve(one as never)))
  const memory = DeviceMemory.of('webgpu')
  if (!memory) throw new Error('expected a memory of its own')
  return memory
}

const value = tensor('float32', [2], [1, 2])

test('variables that have their place go where a later one finds none; those that were there stay', async () => {
  const up = copier(2)
  const state = await OnnxState.create({ a: value }, open(up))
  const before = state.tensor('a')
  await expect(state.write({ a: value, b: value })).rejects.toThrow(/out of memory/)
  expect(up.dispose).toHaveBeenCalledTimes(1)
  expect(state.names).toEqual(['a'])
  expect(state.tensor('a')).toBe(before)
  state.dispose()
  expect(up.dispose).toHaveBeenCalledTimes(2)
})

test('a way that could not be opened does not keep the other from going', async () => {
  const down = copier()
  const memory = open(new Error('no device'), down)
  await expect(memory.up({} as Tensor)).rejects.toThrow(/no device/)
  await memory.down({ type: 'float32', dims: [2] } as unknown as Tensor)
  await memory.dispose()
  expect(down.release).toHaveBeenCalledOnce()
})
