// Colours and keys of classes.
import { classKeys } from '../../../shared/class-keys.ts'

/**
 * In the order in which they are given. Each has a contrast of at least 3:1 on white and on #1a1a1a. Each next one is the candidate that is
 * farthest from all before it in OKLab, for normal sight, protanopia, deuteranopia and tritanopia (Machado, Oliveira and Fernandes, 2009),
 * whichever tells them apart least: 0.14 among the first four, 0.08 among eight, 0.05 among sixteen.
 */
export const palette = [
  '#2277dd',
  '#dd0000',
  '#aa8899',
  '#885588',
  '#dd7744',
  '#dd00bb',
  '#007700',
  '#0099ee',
  '#aa6666',
  '#5544ff',
  '#7766bb',
  '#bb3344',
  '#889966',
  '#887788',
  '#aa4466',
  '#cc66bb',
  '#ff22ff',
  '#cc00dd',
  '#00aa00',
  '#997744',
  '#ff00dd',
  '#cc5588',
  '#cc0099',
  '#228800',
] as const

/** The first that no class has; where there are more classes than colours, the one that fewest have. */
export function freeColour(taken: readonly string[]): string {
  const uses = new Map<string, number>()
  // Of very many classes the latest: a long list from a file must not take long.
  for (const colour of taken.slice(-10 * palette.length)) uses.set(colour, (uses.get(colour) ?? 0) + 1)
  const usesOf = (colour: string): number => uses.get(colour) ?? 0
  return palette.reduce<string>((best, colour) => (usesOf(colour) < usesOf(best) ? colour : best), palette[0])
}

/** The first that no class has; null where all are taken. */
export function freeKey(taken: ReadonlySet<string | null>): string | null {
  return classKeys.find((key) => !taken.has(key)) ?? null
}
