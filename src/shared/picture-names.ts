// Which files are images that are read, by the endings of their names.

/** Types that sharp's own binaries decode. SVG is left out: it is a program more than a photo. */
export const pictureEndings = ['.jpg', '.jpeg', '.jpe', '.jfif', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif'] as const

const pictures = new RegExp(`[^/](${pictureEndings.join('|').replaceAll('.', '\\.')})$`, 'i')

/** @param path or name alone, with forward slashes */
export function isPictureName(path: string): boolean {
  return pictures.test(path)
}
