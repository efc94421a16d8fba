// The interface in a browser, before the server that its page came from.
import { addressesOf } from './addresses.ts'
import { connect } from './connect.ts'
import type { Platform } from './platform.ts'
import { uploadFile } from './upload.ts'

export function browserPlatform(): Platform {
  const options = { address: `${location.origin}/` }
  return {
    ...addressesOf(options.address),
    connection: connect(options),
    upload: (project, batch, path, blob, signal) => uploadFile(options, { project, batch, path }, blob, signal),
    hold: () => {
      const ask = (event: Event): void => event.preventDefault()
      addEventListener('beforeunload', ask)
      return () => removeEventListener('beforeunload', ask)
    },
    pathOf: () => null,
    desktop: null,
  }
}
