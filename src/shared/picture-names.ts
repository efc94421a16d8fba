// Which files are images that are read, by their names and sizes.

/** Types that sharp's own binaries decode. SVG is left out: it is a program more than a photo. */
export const pictureEndings = ['.jpg', '.jpeg', '.jpe', '.jfif', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif'] as const

/** Images too, which nothing here decodes. */
export const unreadableEndings = [
  ...['.bmp', '.heic', '.heif', '.jp2', '.jxl', '.psd', '.svg', '.ppm', '.pgm', '.tga'],
  ...['.dng', '.cr2', '.nef', '.arw'],
] as const

/** Bytes: 1 GiB. */
export const maxPictureBytes = 2 ** 30

const pictures = new RegExp(`[^/](${pictureEndings.join('|').replaceAll('.', '\\.')})$`, 'i')

/** @param path or name alone, with forward slashes */
export function isPictureName(path: string): boolean {
  return pictures.test(path)
}

/** What operating systems and archivers leave behind. @param name of a file or folder, without its path */
export function isHiddenName(name: string): boolean {
  return name.startsWith('.') || ['thumbs.db', 'desktop.ini', '__macosx', '@eadir'].includes(name.toLowerCase())
}
