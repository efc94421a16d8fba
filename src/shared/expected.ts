// What a schema takes, in words, and the check that uses them: every refusal reads "name: expected …, found …".
import { z } from 'zod'
import { AppError } from './errors.ts'

type Word = string | number | boolean

/** The part of JSON Schema that zod makes from options and settings. */
export interface FieldSchema {
  readonly type?: string
  readonly const?: Word
  readonly enum?: readonly Word[]
  readonly anyOf?: readonly FieldSchema[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly default?: unknown
  readonly description?: string
  readonly items?: FieldSchema
  readonly properties?: Readonly<Record<string, FieldSchema>>
}

/** Fields of an object schema in order, as JSON Schema. */
export function fieldsOf(schema: z.ZodType): Readonly<Record<string, FieldSchema>> {
  const { properties } = z.toJSONSchema(schema, { io: 'input', override: ({ jsonSchema }) => dropSafeLimits(jsonSchema) })
  return (properties ?? {}) as Record<string, FieldSchema>
}

/** E.g. `a whole number from 1 to 4096`, `one of imagenet, symmetric, unit`. */
export function expectation(field: FieldSchema): string {
  const words = wordsOf(field)
  if (words) return words.length === 1 ? (words[0] ?? '') : `one of ${words.join(', ')}`
  if (field.anyOf) return field.anyOf.map((option) => wordsOf(option)?.join(', ') ?? expectation(option)).join(' or ')
  switch (field.type) {
    case 'integer':
      return `a whole number${range(field)}`
    case 'number':
      return `a number${range(field)}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return field.items?.type === 'number' ? 'numbers with commas between' : (field.description ?? 'one value or more')
    case 'string':
      return field.description ?? 'a text that is not empty'
    case 'object':
      return field.description ?? (field.properties ? `{ ${Object.keys(field.properties).join(', ')} }` : 'values by name')
    default:
      return field.description ?? 'something else'
  }
}

/** The words that a field takes if it takes nothing else. */
export function wordsOf(field: FieldSchema): string[] | null {
  if (field.const !== undefined) return [String(field.const)]
  if (field.enum) return field.enum.map(String)
  if (field.type === 'null') return ['null']
  const options = field.anyOf?.map(wordsOf)
  return options?.every((words) => words !== null) ? options.flat() : null
}

/** Parses, or refuses the first bad field.
 * @param name what the user calls a field, e.g. `--batch` for `batch`.
 * @throws AppError 'bad-option' in one line: name, expected, found. */
export function checked<T>(schema: z.ZodType<T>, input: unknown, name: (field: string) => string): T {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  let fields = fieldsOf(schema)
  // The place in nested objects that the issue is about: `filter.split` says more than `filter`.
  const place = [...(issue?.path ?? [])].map(String)
  let depth = 0
  for (; issue?.code === 'unrecognized_keys' ? depth < place.length : depth < place.length - 1; depth++) {
    const inner = fields[place[depth] ?? '']?.properties
    if (!inner) break
    fields = inner
  }
  const above = place.slice(0, depth)
  if (issue?.code === 'unrecognized_keys' && depth === place.length) {
    const key = issue.keys[0] ?? ''
    const named = name(short([...above, key].join('.')))
    throw new AppError('bad-option', `${named}: expected one of ${Object.keys(fields).join(', ')}, found ${short(key)}`)
  }
  const last = place[depth] ?? ''
  const key = [...above, last].filter((part) => part !== '').join('.')
  const field = fields[last]
  const custom = issue?.code === 'custom' || !field
  const expected = custom ? (issue?.message ?? '') : expectation(field)
  throw new AppError('bad-option', `${name(key)}: expected ${expected}, found ${quote([...above, last].reduce(valueAt, input))}`, {
    details: { field: key, expected },
  })
}

/** A value as it reads in a message: short, in quotes if it is text. */
export function quote(value: unknown): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return 'nothing'
  return short(typeof value === 'number' ? String(value) : (jsonOf(value) ?? typeof value))
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

/** Nothing for what is nested too deeply to be written. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: FieldSchema): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  const lower = minimum !== undefined ? `of at least ${minimum}` : exclusiveMinimum !== undefined ? `above ${exclusiveMinimum}` : null
  const upper = maximum !== undefined ? `up to ${maximum}` : exclusiveMaximum !== undefined ? `below ${exclusiveMaximum}` : null
  const parts = [lower, upper].filter((part) => part !== null)
  return parts.length > 0 ? ` ${parts.join(', ')}` : ''
}

/** zod writes the limits of safe integers where a schema gives none. */
function dropSafeLimits(field: z.core.JSONSchema.BaseSchema): void {
  if (field.minimum === Number.MIN_SAFE_INTEGER) delete field.minimum
  if (field.maximum === Number.MAX_SAFE_INTEGER) delete field.maximum
}

function valueAt(input: unknown, key: string): unknown {
  return key !== '' && input !== null && typeof input === 'object' ? Reflect.get(input, key) : input
}
