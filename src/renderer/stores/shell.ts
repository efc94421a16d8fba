// What of the window itself is open, and what Start is to open next.
import { defineStore } from 'pinia'
import { ref } from 'vue'

export const useShell = defineStore('shell', () => {
  /** The list of shortcuts. */
  const isSheetOpen = ref(false)
  /** From outside of the page: a folder of images or of a project, or that one is to be chosen. */
  const wanted = ref<{ readonly open: string } | { readonly pick: 'folder' | 'project' } | null>(null)
  return { isSheetOpen, wanted }
})
