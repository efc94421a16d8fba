// Whether the services can be reached.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { usePlatform } from '../api/platform.ts'

export const useConnection = defineStore('connection', () => {
  const state = ref<'connecting' | 'connected' | 'lost'>('connecting')
  usePlatform().connection.onState((now) => {
    state.value = now === 'disconnected' ? 'lost' : 'connected'
  })
  return { state }
})
