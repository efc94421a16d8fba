// One question at a time, before something that cannot be taken back.
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'

export interface Question {
  readonly title: string
  readonly text: string
  /** What the button says that does it. */
  readonly yes: string
  readonly isDangerous?: boolean
}

export const useConfirmStore = defineStore('confirm', () => {
  const question = shallowRef<Question | null>(null)
  let settle: ((answer: boolean) => void) | null = null

  /** Resolves to whether it shall be done. */
  const ask = (asked: Question): Promise<boolean> => {
    settle?.(false)
    question.value = asked
    return new Promise((resolve) => (settle = resolve))
  }
  const answer = (yes: boolean): void => {
    question.value = null
    settle?.(yes)
    settle = null
  }
  return { question, ask, answer }
})
