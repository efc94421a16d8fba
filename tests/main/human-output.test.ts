// Text for people: one line that is rewritten on a terminal, lines now and then elsewhere, numbers as people read them.
import { expect, test } from 'vitest'
import { duration, percent, significant } from '../../src/main/cli/format.ts'
import { humanOutput } from '../../src/main/cli/human-output.ts'
import type { StepEvent } from '../../src/shared/events.ts'

const step = (n: number): StepEvent => ({
  event: 'step',
  step: n,
  steps: 100,
  loss: 1 / n,
  imagesPerSecond: 250,
  seconds: n,
  remainingSeconds: 100 - n,
})

/** Runs a session of events and times (milliseconds). */
function written(
  columns: number | undefined,
  session: (output: ReturnType<typeof humanOutput>, at: (time: number) => void) => void,
): string {
  let text = ''
  let time = 0
  const write = (part: string): void => void (text += part)
  const output = humanOutput({ write, columns }, { write, columns: undefined }, () => time)
  session(output, (now) => (time = now))
  return text
}

test('on a terminal one line is rewritten, as wide as fits, and gives way to lines that stay', () => {
  const text = written(30, (output, at) => {
    output.event(step(1))
    at(50)
    output.event(step(2))
    at(120)
    output.event(step(3))
    output.event({ event: 'validation', step: 3, accuracy: 0.5, kept: false })
  })
  expect(text).toBe('\r\x1b[Kstep 1/100  loss 1.000  250 i\r\x1b[Kstep 3/100  loss 0.3333  250 \r\x1b[Kvalidation after step 3: 50.0 %\n')
})

test('elsewhere a line every five seconds, and always the last one', () => {
  const text = written(undefined, (output, at) => {
    for (let n = 1; n <= 100; n++) {
      at(n * 100)
      output.event(step(n))
    }
  })
  expect(text.split('\n').map((line) => /^step (\d+)/.exec(line)?.[1])).toEqual(['1', '51', '100', undefined])
})

test('numbers', () => {
  expect([0, 59.4, 185, 3723].map(duration)).toEqual(['0 s', '59 s', '3:05 min', '1:02:03 h'])
  expect([0.8512, 1, null, undefined].map(percent)).toEqual(['85.1 %', '100.0 %', '-', '-'])
  expect([1.23456, 0, 12345, 1.2e-7, null].map(significant)).toEqual(['1.235', '0.000', '1.2e+4', '1.2e-7', 'not a number'])
})
