// Paths of the machine that the services run on, with either slash.

/** The last part. */
export function nameOfPath(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path
}

/** All but the last part. */
export function folderOfPath(path: string): string {
  const end = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
  return end <= 0 ? path.slice(0, end + 1) : path.slice(0, end)
}

/** With the slash that the folder has. */
export function joinPath(folder: string, name: string): string {
  const slash = folder.includes('\\') && !folder.includes('/') ? '\\' : '/'
  return folder.endsWith(slash) ? folder + name : folder + slash + name
}
