// Everything around the wings: the individual's colours and pose, foliage behind it, blades of grass before it.
import type { Random } from '../../core/tensor/random.ts'
import type { Camera } from './camera.ts'
import { individual } from './individuals.ts'
import type { Species } from './species.ts'
import { rightWings } from './wings.ts'
import type { Colours } from './wings.ts'

const hsl = (hue: number, saturation: number, lightness: number): string =>
  `hsl(${hue.toFixed(0)},${saturation.toFixed(0)}%,${lightness.toFixed(0)}%)`

const svg = (size: number, ...content: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">${content.join('')}</svg>`

/** Ground colours. Every species comes in every one, so that colour does not give the species away. */
const forms: readonly (readonly [hue: number, saturation: number])[] = [
  [28, 78],
  [12, 68],
  [46, 80],
  [208, 58],
  [265, 34],
  [84, 36],
  [24, 32],
]

function coloursOf(random: Random): Colours {
  const [formHue, formSaturation] = forms[random.integer(forms.length)] ?? [0, 0]
  const [hue, saturation, lightness] = [formHue + random.uniform(-9, 9), formSaturation * random.uniform(0.75, 1.1), random.uniform(46, 60)]
  return {
    ground: hsl(hue, saturation, lightness),
    inner: hsl(hue - 6, saturation, lightness - random.uniform(8, 16)),
    dark: hsl(hue - 12, random.uniform(15, 45), random.uniform(9, 17)),
    light: hsl(random.uniform(34, 60), random.uniform(30, 90), random.uniform(80, 90)),
  }
}

/** Leaves and flowers, to be enlarged and blurred. SVG of `size` pixels. */
export function background(random: Random, size: number): string {
  const hue = random.uniform(70, 165)
  const shade = (spread: number): string => hsl(hue + random.uniform(-spread, spread), random.uniform(18, 48), random.uniform(18, 66))
  const place = (): string => random.uniform(-0.1 * size, 1.1 * size).toFixed(1)
  const leaves = Array.from({ length: 9 + random.integer(8) }, () => {
    const long = random.uniform(0.15, 0.5) * size
    const thin = long * random.uniform(0.15, 0.4)
    const transform = `translate(${place()} ${place()}) rotate(${random.uniform(0, 180).toFixed(0)})`
    return `<ellipse rx="${long.toFixed(1)}" ry="${thin.toFixed(1)}" transform="${transform}" fill="${shade(28)}"/>`
  })
  const flowers = Array.from({ length: random.integer(5) }, () => {
    const colour = hsl(random.uniform(270, 420), random.uniform(50, 85), random.uniform(55, 80))
    const radius = random.uniform(0.04, 0.12) * size
    return `<circle cx="${place()}" cy="${place()}" r="${radius.toFixed(1)}" fill="${colour}" fill-opacity="0.85"/>`
  })
  const stops = `<stop offset="0" stop-color="${shade(15)}"/><stop offset="1" stop-color="${shade(15)}"/>`
  return svg(
    size,
    `<linearGradient id="depth" gradientTransform="rotate(${random.uniform(0, 90).toFixed(0)})">${stops}</linearGradient>`,
    '<rect width="100%" height="100%" fill="url(#depth)"/>',
    ...leaves,
    ...flowers,
  )
}

/** The butterfly with its shadow, what stands before it, and the light; transparent elsewhere. SVG of `size` pixels. */
export function foreground(species: Species, camera: Camera, random: Random, size: number): string {
  const own = individual(species, random)
  const colours = coloursOf(random)
  const scale = (size / 160) * random.uniform(...camera.scale)
  const narrow = random.uniform(0.78, 1)
  const [x, y, angle] = [size * random.uniform(0.43, 0.57), size * random.uniform(0.44, 0.58), random.normal(0, camera.turn)]
  const place = (shift: number): string =>
    `translate(${(x + shift).toFixed(1)} ${(y + shift).toFixed(1)}) rotate(${angle.toFixed(1)}) scale(${(scale * narrow).toFixed(3)} ${scale.toFixed(3)})`
  const pose = { fore: random.uniform(-9, 9), hind: random.uniform(-6, 8) }
  const side = (): string => rightWings(own, colours, { fore: pose.fore + random.uniform(-3, 3), hind: pose.hind + random.uniform(-3, 3) })
  const wingFill = `<stop offset="0" stop-color="${colours.inner}"/><stop offset="0.75" stop-color="${colours.ground}"/>`
  return svg(
    size,
    `<radialGradient id="wing" gradientUnits="userSpaceOnUse" cx="0" cy="0" r="66">${wingFill}</radialGradient>`,
    `<ellipse rx="52" ry="40" transform="${place(0.045 * size)}" fill="#000" fill-opacity="0.18"/>`,
    `<g transform="${place(0)}">${side()}<g transform="scale(-1 1)">${side()}</g>${body(colours.dark)}</g>`,
    ...blades(random, size),
    light(random),
  )
}

function body(colour: string): string {
  return (
    `<g fill="${colour}"><ellipse cy="6" rx="3.2" ry="19"/><ellipse cy="-5" rx="4.2" ry="9"/><circle cy="-15" r="3.2"/></g>` +
    `<path d="M-1 -16Q-4 -30 -13 -38M1 -16Q4 -30 13 -38" fill="none" stroke="${colour}" stroke-width="1"/>`
  )
}

/** Blades of grass between the butterfly and the camera, none to two. */
function blades(random: Random, size: number): string[] {
  return Array.from({ length: random.integer(3) }, () => {
    const [x, lean, width] = [random.uniform(0, size), random.uniform(-0.7, 0.7) * size, random.uniform(0.03, 0.09) * size]
    const bow = `Q${(x + lean * 0.2).toFixed(0)} ${size / 2}`
    const colour = hsl(random.uniform(75, 130), random.uniform(30, 55), random.uniform(24, 50))
    return `<path d="M${x.toFixed(0)} ${size}${bow} ${(x + lean).toFixed(0)} -8${bow} ${(x + width).toFixed(0)} ${size}Z" fill="${colour}"/>`
  })
}

/** Sun on one side, shade on the other. */
function light(random: Random): string {
  const stop = (offset: number, colour: string, opacity: number): string =>
    `<stop offset="${offset}" stop-color="${colour}" stop-opacity="${opacity.toFixed(2)}"/>`
  const stops = stop(0, '#fff8e0', random.uniform(0, 0.3)) + stop(0.5, '#888', 0) + stop(1, '#001028', random.uniform(0, 0.4))
  const turn = `rotate(${random.uniform(0, 90).toFixed(0)} .5 .5)`
  return `<linearGradient id="sun" gradientTransform="${turn}">${stops}</linearGradient><rect width="100%" height="100%" fill="url(#sun)"/>`
}
