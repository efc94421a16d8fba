// Zoom and pan of a picture in a window. Pixels of the window; the picture's centre is what moves.

export interface View {
  /** 1 = the picture fits the window. */
  readonly scale: number
  /** Of the picture's centre from the window's. */
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export const fitted: View = { scale: 1, x: 0, y: 0 }
const largest = 40

/** Times that a small picture is blown up to fit: enough to see a photo of 200 pixels, not so much that an icon becomes a mosaic. */
const blownUp = 4

/** The picture's size when it fits. */
export function fittedSize(picture: Size, window: Size): Size {
  const scale = Math.min(blownUp, window.width / picture.width, window.height / picture.height)
  return { width: picture.width * scale, height: picture.height * scale }
}

/** Scales about a point of the window, which stays where it is. @param point from the window's centre */
export function zoomAbout(view: View, factor: number, point: { x: number; y: number }, fit: Size, window: Size): View {
  const scale = Math.min(largest, Math.max(1, view.scale * factor))
  const by = scale / view.scale
  return bounded({ scale, x: point.x - (point.x - view.x) * by, y: point.y - (point.y - view.y) * by }, fit, window)
}

export function pan(view: View, dx: number, dy: number, fit: Size, window: Size): View {
  return bounded({ ...view, x: view.x + dx, y: view.y + dy }, fit, window)
}

/** An edge of the picture never comes further in than the window's edge; what is smaller than the window stays in its middle. */
function bounded({ scale, x, y }: View, fit: Size, window: Size): View {
  const limit = (value: number, size: number, room: number): number => {
    const most = Math.max(0, (size * scale - room) / 2)
    return Math.min(most, Math.max(-most, value))
  }
  return { scale, x: limit(x, fit.width, window.width), y: limit(y, fit.height, window.height) }
}
