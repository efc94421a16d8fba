// Runs in the window's page before it, in a world of its own: gives the page `window.studio` and nothing else.
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { bridge } from './bridge.ts'

contextBridge.exposeInMainWorld(
  'studio',
  bridge(ipcRenderer, (file) => webUtils.getPathForFile(file)),
)
