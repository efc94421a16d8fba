// How a service is described: methods with the schemas of what goes in and out, and events with the schema of what they carry.
import type { z } from 'zod'

export interface MethodSchema<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly input: Input
  readonly output: Output
}

export interface ServiceSchema {
  readonly methods: Readonly<Record<string, MethodSchema>>
  readonly events: Readonly<Record<string, z.ZodType>>
}

/** A method: one request, one answer. Long work answers at once with a task (`tasks`), which reports progress and can be cancelled. */
export function method<Input extends z.ZodType, Output extends z.ZodType>(input: Input, output: Output): MethodSchema<Input, Output> {
  return { input, output }
}

/** Keeps the exact types of what it is given. */
export function service<const Schema extends ServiceSchema>(schema: Schema): Schema {
  return schema
}

export interface CallOptions {
  /** Gives up on the call: it rejects with AppError 'stopped', and the service is told. */
  readonly signal?: AbortSignal
}

/** What a caller sees of a service. */
export type ServiceApi<Service extends ServiceSchema> = {
  readonly [Name in keyof Service['methods']]: (
    input: z.input<Service['methods'][Name]['input']>,
    options?: CallOptions,
  ) => Promise<z.output<Service['methods'][Name]['output']>>
}

/** What a service implements: checked input in, an answer out that is checked before it leaves. */
export type ServiceHandlers<Service extends ServiceSchema> = {
  readonly [Name in keyof Service['methods']]: (
    input: z.output<Service['methods'][Name]['input']>,
    call: { readonly signal: AbortSignal },
  ) => Promise<z.input<Service['methods'][Name]['output']>> | z.input<Service['methods'][Name]['output']>
}

/** Events by topic, e.g. `labels.changed`. */
export type EventsOf<Contract extends Readonly<Record<string, ServiceSchema>>> = {
  readonly [
    Topic in {
      [Service in keyof Contract & string]: `${Service}.${keyof Contract[Service]['events'] & string}`
    }[keyof Contract & string]
  ]: Topic extends `${infer Service}.${infer Name}` ? z.output<Contract[Service]['events'][Name]> : never
}
