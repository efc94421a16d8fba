// Addresses of pictures and files, the same before a server and in the window.
import type { Platform } from './platform.ts'

export type Addresses = Pick<Platform, 'imageAddress' | 'predictionAddress' | 'exportAddress'>

/** @param home with a slash at its end, e.g. `http://127.0.0.1:8421/` */
export function addressesOf(home: string): Addresses {
  return {
    imageAddress: (project, { id, version }, size) => `${home}images/${project}/${id}?size=${size}&v=${encodeURIComponent(version)}`,
    predictionAddress: (project, task, index, size) => `${home}predictions/${project}/${task}/${index}?size=${size}`,
    exportAddress: (project, folder, file) =>
      `${home}exports/${project}?${new URLSearchParams({ folder, ...(file !== null && { file }) }).toString()}`,
  }
}
