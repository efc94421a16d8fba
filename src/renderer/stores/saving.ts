// How many changes are on their way to the disk.
import { defineStore } from 'pinia'
import { ref } from 'vue'

export const useSaving = defineStore('saving', () => {
  const count = ref(0)
  /** @param change answers when it is on the disk */
  const during = async <Value>(change: Promise<Value>): Promise<Value> => {
    count.value++
    try {
      return await change
    } finally {
      count.value--
    }
  }
  return { count, during }
})
