// The interface in a browser, before the server that its page came from.
import { connect, imageAddress } from './connect.ts'
import type { Platform } from './platform.ts'
import { uploadFile } from './upload.ts'

export function browserPlatform(): Platform {
  const options = { address: `${location.origin}/` }
  return {
    connection: connect(options),
    imageAddress: (project, { id, version }, size) => imageAddress(options, { project, id, version }, size),
    predictionAddress: (project, task, index, size) => `${options.address}predictions/${project}/${task}/${index}?size=${size}`,
    exportAddress: (project, folder, file) =>
      `${options.address}exports/${project}?${new URLSearchParams({ folder, ...(file !== null && { file }) }).toString()}`,
    upload: (project, batch, path, blob, signal) => uploadFile(options, { project, batch, path }, blob, signal),
    pathOf: () => null,
    chooseFolder: null,
  }
}
