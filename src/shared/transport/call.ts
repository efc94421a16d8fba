// A call as it crosses a border: JSON text there, JSON text back. Every transport carries these texts and nothing else.
import { contract } from '../contract/index.ts'
import type { Api } from '../contract/index.ts'
import type { CallOptions, ServiceApi, ServiceSchema } from '../contract/define.ts'
import { AppError, appErrorSchema } from '../errors.ts'
import type { AppErrorJson } from '../errors.ts'

/** What comes back of a call. */
export type Answer = { readonly result: unknown } | { readonly error: AppErrorJson }

/** One call by name, unchecked; `Api` is made of it. Rejects with AppError only. */
export type Call = (service: string, method: string, input: unknown, options?: CallOptions) => Promise<unknown>

/** The services as typed functions. */
export function apiOf(call: Call): Api {
  const services = Object.entries(contract).map(([name, schema]) => [name, serviceOf(call, name, schema)] as const)
  return Object.freeze(Object.fromEntries(services)) as Api
}

/** One service as typed functions. */
export function serviceOf<Service extends ServiceSchema>(call: Call, name: string, { methods }: Service): ServiceApi<Service> {
  const functions = Object.keys(methods).map((method) => [
    method,
    (input: unknown, options?: CallOptions) => call(name, method, input, options),
  ])
  return Object.freeze(Object.fromEntries(functions)) as ServiceApi<Service>
}

/** @throws AppError 'bad-option' for what JSON cannot carry, e.g. a loop */
export function encodeInput(name: string, input: unknown): string {
  const refuse = (found: string): never => {
    throw new AppError('bad-option', `${name}: expected data that JSON can carry, found ${found}`)
  }
  let text: unknown
  try {
    text = JSON.stringify(input ?? null)
  } catch (error) {
    refuse(messageOf(error))
  }
  return typeof text === 'string' ? text : refuse(typeof input)
}

/** @throws the AppError that came back, or 'disconnected' where something else than the services answered */
export function decodeAnswer(name: string, text: string): unknown {
  const answer = parsed(text)
  if (answer !== null && typeof answer === 'object') {
    if (Object.hasOwn(answer, 'result')) return Reflect.get(answer, 'result')
    const error = appErrorSchema.safeParse(Reflect.get(answer, 'error'))
    if (error.success) throw AppError.fromJSON(error.data)
  }
  throw new AppError('disconnected', `${name}: expected an answer of the services, found ${JSON.stringify(text.slice(0, 80))}`)
}

/** What a call that was given up on rejects with. */
export function stopped(name: string): AppError {
  return new AppError('stopped', `${name}: expected an answer, the caller gave up on it`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function messageOf(error: unknown): string {
  // Some engines draw the loop over several lines.
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
}
