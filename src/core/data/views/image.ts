// The image that all views are made from: RGB bytes on a typed array.

export interface Image {
  readonly width: number
  readonly height: number
  /** height * width * 3 bytes: rows from the top, pixels from the left, R, G, B interleaved. */
  readonly data: Uint8Array
}

/** A black image. */
export function newImage(width: number, height: number): Image {
  return { width, height, data: new Uint8Array(width * height * 3) }
}
