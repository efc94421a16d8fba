// How well two of our colours can be told apart: WCAG 2's contrast of colours given in oklch, as the tokens are.

/** Linear sRGB, 0..1, and how opaque it is, 0..1. */
type Colour = readonly [red: number, green: number, blue: number, alpha: number]

/** @param text e.g. `oklch(0.24 0.015 255 / 0.5)` @throws Error for another notation */
export function oklch(text: string): Colour {
  const parts = /^oklch\(([\d.]+%?) ([\d.]+) ([\d.]+)(?: ?\/ ?([\d.]+%?))?\)$/.exec(text.trim())
  if (!parts) throw new Error(`colour: expected oklch(L C H), found ${text}`)
  // The bundle has lightness and opacity in percent.
  const value = (part: string): number => (part.endsWith('%') ? Number(part.slice(0, -1)) / 100 : Number(part))
  const [lightness = 0, chroma = 0, degrees = 0, alpha = 1] = parts.slice(1).map((part) => (part ? value(part) : undefined))
  const hue = (degrees * Math.PI) / 180
  const [a, b] = [chroma * Math.cos(hue), chroma * Math.sin(hue)]
  // Björn Ottosson's matrices, https://bottosson.github.io/posts/oklab/
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const inside = (value: number): number => Math.min(1, Math.max(0, value))
  return [
    inside(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    inside(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    inside(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
    alpha,
  ]
}

/** What is seen of a colour before another. Screens mix the values that are stored, not light. */
function over([red, green, blue, alpha]: Colour, back: Colour): Colour {
  const mixed = (front: number, behind: number): number => decoded(alpha * encoded(front) + (1 - alpha) * encoded(behind))
  return [mixed(red, back[0]), mixed(green, back[1]), mixed(blue, back[2]), 1]
}

const encoded = (value: number): number => (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055)
const decoded = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)

/** 1..21 (WCAG 2.2, 1.4.3). @param backs from the front to the back; the last is opaque */
export function contrast(front: string, ...backs: readonly string[]): number {
  const ground = backs.map(oklch).reduceRight((behind, colour) => over(colour, behind))
  const luminance = ([red, green, blue]: Colour): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue
  const [a, b] = [luminance(over(oklch(front), ground)), luminance(ground)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}
