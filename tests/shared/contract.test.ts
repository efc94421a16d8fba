// The contract: errors survive the way between processes, schemas say in words what they take, text becomes what they want.
import { expect, test } from 'vitest'
import { z } from 'zod'
import { AppError, appErrorSchema } from '../../src/shared/errors.ts'
import { checked, expectation, fieldsOf } from '../../src/shared/expected.ts'
import { fromText, settingsOf } from '../../src/shared/settings.ts'

test('an AppError is the same on the other side of JSON', () => {
  const error = new AppError('disk-full', 'cannot write /a: the disk is full', {
    details: { path: '/a' },
    cause: new AppError('internal', 'inner', { cause: new Error('innermost') }),
  })
  const json: unknown = JSON.parse(JSON.stringify(error))
  const there = AppError.fromJSON(appErrorSchema.parse(json))
  expect(there.toJSON()).toEqual(error.toJSON())
  expect((there.cause as AppError).cause).toMatchObject({ code: 'internal', message: 'innermost' })
  expect(appErrorSchema.safeParse({ code: 'oops', message: '' }).success).toBe(false)
})

const settings = z.strictObject({
  loss: z.enum(['pgc', 'ce']).default('pgc').describe('what is minimised'),
  rate: z.number().positive().max(10).default(0.01).describe('learning rate'),
  size: z.int().min(1).default(32).describe('keys per class'),
  updates: z
    .union([z.literal(1), z.literal(2)])
    .default(2)
    .describe('a step'),
  shared: z.boolean().default(true).describe('one queue'),
  milestones: z.array(z.number()).default([0.5]).describe('shares of the run'),
})

test('a schema says what it takes', () => {
  const words = Object.fromEntries(Object.entries(fieldsOf(settings)).map(([name, field]) => [name, expectation(field)]))
  expect(words).toEqual({
    loss: 'one of pgc, ce',
    rate: 'a number above 0, up to 10',
    size: 'a whole number of at least 1',
    updates: 'one of 1, 2',
    shared: 'true or false',
    milestones: 'numbers with commas between',
  })
  expect(
    settingsOf(settings).map(({ name, type, default: value, minimum, maximum, choices }) => [name, type, value, minimum, maximum, choices]),
  ).toEqual([
    ['loss', 'choice', 'pgc', undefined, undefined, ['pgc', 'ce']],
    ['rate', 'number', 0.01, 0, 10, undefined],
    ['size', 'integer', 32, 1, undefined, undefined],
    ['updates', 'choice', 2, undefined, undefined, ['1', '2']],
    ['shared', 'boolean', true, undefined, undefined, undefined],
    ['milestones', 'numbers', [0.5], undefined, undefined, undefined],
  ])
})

test('text becomes what the schema wants; what does not fit is refused by name', () => {
  const text = { loss: 'ce', rate: '1e-3', size: '8', updates: '1', shared: 'false', milestones: '0.25,0.5' }
  expect(settings.parse(fromText(settings, text))).toEqual({
    loss: 'ce',
    rate: 0.001,
    size: 8,
    updates: 1,
    shared: false,
    milestones: [0.25, 0.5],
  })
  const read = (values: Record<string, string>): unknown => checked(settings, fromText(settings, values), (name) => `--set ${name}`)
  expect(() => read({ rate: '0' })).toThrow('--set rate: expected a number above 0, up to 10, found 0')
  expect(() => read({ size: '' })).toThrow('--set size: expected a whole number of at least 1, found ""')
  expect(() => read({ shared: 'yes' })).toThrow('--set shared: expected true or false, found "yes"')
  expect(() => read({ updates: '3' })).toThrow('--set updates: expected one of 1, 2, found "3"')
  expect(() => read({ sizes: '3' })).toThrow('--set sizes: expected one of loss, rate, size, updates, shared, milestones, found sizes')
  expect(() => read({ constructor: '3' })).toThrow('--set constructor: expected one of')
})

const nested = z.strictObject({
  filter: z.strictObject({ split: z.enum(['train', 'test']).nullable().optional(), from: z.number().max(1).optional() }),
  which: z.union([z.strictObject({ images: z.array(z.int()) }), z.strictObject({ all: z.boolean() })]).optional(),
})

test.each([
  [{ filter: { split: 'x' } }, 'filter.split: expected one of train, test, null, found "x"'],
  [{ filter: { from: 2 } }, 'filter.from: expected a number up to 1, found 2'],
  [{ filter: { nope: 1 } }, 'filter.nope: expected one of split, from, found nope'],
  [{ filter: 3 }, 'filter: expected { split, from }, found 3'],
  [{ filter: {}, which: {} }, 'which: expected { images } or { all }, found {}'],
  [{ nope: 1, filter: {} }, 'nope: expected one of filter, which, found nope'],
])('a refusal names the place in nested input: %j', (input, message) => {
  expect(() => checked(nested, input, (field) => field)).toThrow(message)
})
