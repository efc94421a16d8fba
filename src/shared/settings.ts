// Settings described by a zod schema: listed for people and forms, and read from text.
import type { z } from 'zod'
import { fieldsOf, wordsOf } from './expected.ts'
import type { FieldSchema } from './expected.ts'
import type { Setting } from './results.ts'

/** Names, ranges, defaults and help, in the schema's order. */
export function settingsOf(schema: z.ZodType): Setting[] {
  return Object.entries(fieldsOf(schema)).map(([name, field]) => {
    const words = wordsOf(field)
    const minimum = field.minimum ?? field.exclusiveMinimum
    const maximum = field.maximum ?? field.exclusiveMaximum
    return {
      name,
      type: typeOf(field),
      default: (field.default ?? null) as Setting['default'],
      ...(minimum !== undefined && { minimum }),
      ...(maximum !== undefined && { maximum }),
      ...(words && { choices: words }),
      help: field.description ?? '',
    }
  })
}

/** Turns text into what the schema wants: `8` into a number, `true` into a boolean, `0.5,0.75` into numbers. What does not fit stays, for the check to refuse. */
export function fromText(schema: z.ZodType, settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = fieldsOf(schema)
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => {
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined
      return [name, field && typeof value === 'string' ? convert(field, value) : value]
    }),
  )
}

function typeOf(field: FieldSchema): Setting['type'] {
  if (field.type === 'integer' || field.type === 'number' || field.type === 'boolean') return field.type
  if (field.type === 'array') return 'numbers'
  return wordsOf(field) ? 'choice' : 'text'
}

function convert(field: FieldSchema, text: string): unknown {
  const options = field.anyOf ?? field.enum?.map((value): FieldSchema => ({ const: value }))
  if (options) {
    const fitting = options.map((option) => convert(option, text)).find((value) => typeof value !== 'string')
    return fitting ?? text
  }
  if (field.const !== undefined) return String(field.const) === text ? field.const : text
  if (field.type === 'array') return text.split(',').map((part) => number(part) ?? part)
  if (field.type === 'integer' || field.type === 'number') return number(text) ?? text
  if (field.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

/** null where the text is no number: `Number('')` would be 0. */
export function number(text: string): number | null {
  return text.trim() === '' || Number.isNaN(Number(text)) ? null : Number(text)
}
