// Whether the services can be reached.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { AppError } from '../../shared/errors.ts'
import { usePlatform } from '../api/platform.ts'

/** Milliseconds between questions whether the services are there but let us in no more. */
const pause = 3000

export const useConnection = defineStore('connection', () => {
  const { connection } = usePlatform()
  /** `refused`: the program was started again under another address, and this page cannot find back by itself. */
  const state = ref<'connecting' | 'connected' | 'lost' | 'refused'>('connecting')
  const ask = (): void => {
    connection.api.system.version({}).catch((error: unknown) => {
      if (state.value === 'connected') return
      if (AppError.from(error).code === 'forbidden') state.value = 'refused'
      else setTimeout(ask, pause)
    })
  }
  connection.onState((now) => {
    state.value = now === 'disconnected' ? 'lost' : 'connected'
    if (now === 'disconnected') ask()
  })
  return { state }
})
