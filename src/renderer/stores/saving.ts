// Changes on their way to the disk: one after the other, and how many.
import { defineStore } from 'pinia'
import { ref } from 'vue'

export const useSaving = defineStore('saving', () => {
  const count = ref(0)
  let turn: Promise<unknown> = Promise.resolve()
  /** Changes and undo go out in the order in which they were asked for: none overtakes another, and one that fails holds back none.
   * @param change answers when it is on the disk */
  const inTurn = async <Value>(change: () => Promise<Value>): Promise<Value> => {
    count.value++
    const done = turn.then(change)
    turn = done.catch(() => undefined)
    try {
      return await done
    } finally {
      count.value--
    }
  }
  return { count, inTurn }
})
