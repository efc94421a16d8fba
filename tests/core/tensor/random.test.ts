// Seeded random numbers.
import { describe, expect, it } from 'vitest'
import { deriveSeed, Random } from '../../../src/core/tensor/random.ts'

const draw = (random: Random, count = 20_000): number[] => Array.from({ length: count }, () => random.uniform())

describe('Random', () => {
  it('goes on from a stored state exactly', () => {
    const random = new Random(7)
    draw(random, 100)
    const state = JSON.parse(JSON.stringify(random.state)) as typeof random.state
    expect(draw(new Random(state), 50)).toEqual(draw(random, 50))
  })

  it('gives other numbers for another seed, and the same for the same', () => {
    expect(draw(new Random(1), 5)).toEqual(draw(new Random(1), 5))
    expect(draw(new Random(1), 5)).not.toEqual(draw(new Random(2), 5))
  })

  it('is uniform in [0, 1) and unrelated from one number to the next', () => {
    const numbers = draw(new Random(3))
    const bins = new Array<number>(20).fill(0)
    for (const x of numbers) bins[Math.floor(x * 20)]!++
    // Chi-squared of 19 degrees of freedom: below 43.8 with probability 0.999.
    expect(bins.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(43.8)
    const correlation = numbers.slice(1).reduce((sum, x, i) => sum + (x - 0.5) * (numbers[i]! - 0.5), 0) / numbers.length / (1 / 12)
    expect(Math.abs(correlation)).toBeLessThan(0.025)
  })

  it('has normal deviates of the wanted mean and deviation', () => {
    const random = new Random(5)
    const numbers = Array.from({ length: 20_000 }, () => random.normal(3, 2))
    const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length
    const deviation = Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length)
    expect(mean).toBeCloseTo(3, 1)
    expect(deviation).toBeCloseTo(2, 1)
    expect(numbers.filter((x) => Math.abs(x - 3) > 4).length / numbers.length).toBeCloseTo(0.0455, 2)
  })

  it('shuffles into every order alike, and leaves its argument alone', () => {
    const [random, items, counts] = [new Random(11), ['a', 'b', 'c'], new Map<string, number>()]
    for (let i = 0; i < 6000; i++) {
      const order = random.shuffled(items).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(items).toEqual(['a', 'b', 'c'])
    expect(counts.size).toBe(6)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120)
  })
})

describe('derived seeds', () => {
  it('depend on every word and on where one ends', () => {
    const seeds = [
      deriveSeed(1),
      deriveSeed(2),
      deriveSeed(1, 'ab', 'c'),
      deriveSeed(1, 'a', 'bc'),
      deriveSeed(1, 'a', 1),
      deriveSeed(1, 'a', 2),
    ]
    expect(new Set(seeds).size).toBe(seeds.length)
    expect(deriveSeed(1, 'ab', 'c')).toBe(seeds[2])
  })
})
