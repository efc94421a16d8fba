// From a method's name and unchecked input to an answer: every transport calls services through here.
import { contract } from '../../shared/contract/index.ts'
import type { Handlers } from '../../shared/contract/index.ts'
import type { MethodSchema, ServiceSchema } from '../../shared/contract/define.ts'
import { AppError } from '../../shared/errors.ts'
import { checked } from '../../shared/expected.ts'
import { noted } from '../faults.ts'
import type { FaultLog } from '../faults.ts'

type Handler = (input: unknown, call: { readonly signal: AbortSignal }) => unknown

export interface Dispatcher {
  /** @throws AppError, whatever went wrong: 'bad-option' for unknown methods and input that does not fit the contract. */
  call(service: string, method: string, input: unknown, signal: AbortSignal): Promise<unknown>
}

export function dispatcher(handlers: Handlers, log?: FaultLog): Dispatcher {
  return dispatcherOf(contract, handlers, log)
}

/** @param log gets what is this program's fault, with its stack: callers get the message, and the place of the log */
export function dispatcherOf(
  schemas: Readonly<Record<string, ServiceSchema>>,
  handlers: Readonly<Record<string, object>>,
  log?: FaultLog,
): Dispatcher {
  return {
    call: async (serviceName, methodName, input, signal) => {
      const service = own(schemas, serviceName) as ServiceSchema | undefined
      const method = service && (own(service.methods, methodName) as MethodSchema | undefined)
      const handler = method && (own(handlers[serviceName] ?? {}, methodName) as Handler | undefined)
      if (!method || !handler)
        throw new AppError('bad-option', `${serviceName}.${methodName}: expected a method of the contract, found none`)
      const name = `${serviceName}.${methodName}`
      const request = checked(method.input, input, (field) => (field === '' ? name : `${name}: ${field}`))
      try {
        return fitting(name, method, await handler(request, { signal }))
      } catch (thrown) {
        throw noted(thrown, name, log)
      }
    },
  }
}

/** @throws AppError 'internal' where a service answers other than the contract says */
function fitting(name: string, method: MethodSchema, answer: unknown): unknown {
  const result = method.output.safeParse(answer)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new AppError(
    'internal',
    `${name}: expected an answer as in the contract, found at ${issue?.path.join('.') || 'its root'}: ${issue?.message ?? ''}`,
  )
}

/** Own properties only: `constructor` and `__proto__` are no methods. */
function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? Reflect.get(object, key) : undefined
}
