// Which colours stand on which: what the tokens promise to keep apart, for the test of it and for the component page.

/** What text, and what is to be told from its ground, needs at least (WCAG 2.2 AA, 1.4.3 and 1.4.11). */
export const least = { text: 4.5, sign: 3 } as const

export interface Pair {
  readonly kind: keyof typeof least
  /** Names of tokens, without their dashes. */
  readonly front: string
  /** From the front to the back. */
  readonly on: readonly string[]
}

const surfaces = [['surface'], ['ground'], ['raised'], ['sunken'], ['hover', 'surface'], ['hover', 'raised'], ['hover', 'ground']]
const softs = ['accent-soft', 'good-soft', 'warn-soft', 'bad-soft']
const pairs = (kind: Pair['kind'], fronts: readonly string[], grounds: readonly (readonly string[])[]): Pair[] =>
  fronts.flatMap((front) => grounds.map((on) => ({ kind, front, on })))

export const contrastPairs: readonly Pair[] = [
  ...pairs('text', ['text', 'text-quiet'], [...surfaces, ...softs.map((soft) => [soft])]),
  ...pairs('text', ['accent-text'], [...surfaces, ['accent-soft']]),
  ...pairs('text', ['on-accent'], [['accent'], ['accent-hover']]),
  ...['good', 'warn', 'bad'].flatMap((tone) => pairs('text', [tone], [...surfaces.slice(0, 4), [`${tone}-soft`]])),
  ...pairs('text', ['text-inverse'], [['text'], ['bad-strong']]),
  ...pairs('sign', ['line-strong', 'accent', 'bad', 'bad-strong', 'good', 'warn'], surfaces.slice(0, 4)),
  ...pairs('sign', ['series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6'], surfaces.slice(0, 3)),
]
