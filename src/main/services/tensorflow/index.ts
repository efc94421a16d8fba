// Service `tensorflow`: brings it to this machine and takes it away again.
import type { Handlers } from '../../../shared/contract/index.ts'
import type { TensorFlowStatus } from '../../../shared/contract/tensorflow.ts'
import { tensorflowFolder } from '../../../node/tensorflow.ts'
import { AppError } from '../../../shared/errors.ts'
import { besideThis } from '../../engine/place.ts'
import type { EnginePlace } from '../../engine/place.ts'
import type { Studio } from '../context.ts'
import { install, remove, sourceOf, status } from './install.ts'

/** @param place where the engine's Node is, in which the binding is tried; the usual one if left out */
export function tensorflow(studio: Studio, place: EnginePlace = besideThis): Handlers['tensorflow'] {
  const { tasks, events, dataFolder, resources } = studio
  const folder = tensorflowFolder(process.env, dataFolder)
  let task: string | null = null
  const state = async (): Promise<TensorFlowStatus> => ({ ...(await status(folder)), task })
  const announce = async (): Promise<TensorFlowStatus> => {
    const now = await state()
    events.emit('tensorflow.changed', now)
    return now
  }

  return {
    status: state,
    install: async ({ source, licence }) => {
      const expected = sourceOf(source).licence
      if (licence !== expected)
        throw new AppError('bad-option', `licence: expected ${expected}, that of TensorFlow, to be agreed to, found ${licence}`)
      if (task !== null) return { task }
      const began = tasks.start({ kind: 'setup-tensorflow', project: null, subject: 'TensorFlow' }, async (context) => {
        const start = performance.now()
        try {
          const { version, bytes } = await install(source, { folder, resources, node: place.node() }, context)
          return { kind: 'setup-tensorflow', version, bytes, seconds: (performance.now() - start) / 1000 }
        } finally {
          task = null
          await announce()
        }
      })
      task = began.task
      await announce()
      return began
    },
    remove: async () => {
      if (task !== null) throw new AppError('in-use', 'TensorFlow: expected no set-up under way, found one')
      await remove(folder)
      return announce()
    },
  }
}
