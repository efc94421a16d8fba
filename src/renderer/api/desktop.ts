// The interface in the desktop window: the services over Electron's IPC, pictures and files over the window's own protocol.
import { desktop, wish as wishSchema } from '../../shared/desktop.ts'
import type { Wish } from '../../shared/desktop.ts'
import { serviceOf } from '../../shared/transport/call.ts'
import type { StudioBridge } from '../../shared/transport/ipc.ts'
import { addressesOf } from './addresses.ts'
import { connectIpc } from './ipc.ts'
import type { Platform } from './platform.ts'
import { uploadFile } from './upload.ts'

declare global {
  interface Window {
    /** By the preload script; absent in browsers. */
    readonly studio?: StudioBridge
  }
}

/** @param home address of the page, with a slash at its end */
export function desktopPlatform(bridge: StudioBridge, home: string): Platform {
  const connection = connectIpc(bridge)
  return {
    ...addressesOf(home),
    connection,
    // What has no path, e.g. a picture that was dragged out of a browser.
    upload: (project, batch, path, blob, signal) => uploadFile({ address: home }, { project, batch, path }, blob, signal),
    hold: () => {
      const channel = bridge.subscribe('hold', () => undefined)
      return () => channel.close()
    },
    pathOf: (file) => bridge.pathOf(file) || null,
    desktop: { api: serviceOf(connection.call, 'desktop', desktop), onWish: (listener) => hearWishes(bridge, listener) },
  }
}

function hearWishes(bridge: StudioBridge, listener: (wish: Wish) => void): () => void {
  const channel = bridge.subscribe('wishes', (text) => {
    if (text !== null) listener(wishSchema.parse(JSON.parse(text)))
  })
  return () => channel.close()
}
