// The plain files of an npm package's archive, whose content is known by its hash: a compressed tar of small files.
import { gunzipSync } from 'node:zlib'

/** By path. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, "ustar Interchange Format". */
export function filesOf(archive: Uint8Array): Map<string, Uint8Array> {
  const tar = gunzipSync(archive)
  const text = (from: number, length: number): string => {
    const field = tar.subarray(from, from + length)
    return field.subarray(0, (field.indexOf(0) + 1 || length + 1) - 1).toString('utf8')
  }
  const files = new Map<string, Uint8Array>()
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0;) {
    const [prefix, name] = [text(at + 345, 155), text(at, 100)]
    const size = Number.parseInt(text(at + 124, 12), 8)
    const isFile = tar[at + 156] === 48 || tar[at + 156] === 0
    if (isFile) files.set(prefix === '' ? name : `${prefix}/${name}`, tar.subarray(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}
