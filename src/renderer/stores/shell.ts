// What of the window itself is open.
import { defineStore } from 'pinia'
import { ref } from 'vue'

export const useShell = defineStore('shell', () => {
  /** The list of shortcuts. */
  const isSheetOpen = ref(false)
  return { isSheetOpen }
})
