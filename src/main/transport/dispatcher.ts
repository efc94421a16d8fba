// From a method's name and unchecked input to an answer: every transport calls services through here.
import { contract } from '../../shared/contract/index.ts'
import type { Handlers, ServiceName } from '../../shared/contract/index.ts'
import type { MethodSchema, ServiceSchema } from '../../shared/contract/define.ts'
import { AppError } from '../../shared/errors.ts'
import { checked } from '../../shared/expected.ts'

type Handler = (input: unknown, call: { readonly signal: AbortSignal }) => unknown

export interface Dispatcher {
  /** @throws AppError, whatever went wrong: 'bad-option' for unknown methods and input that does not fit the contract. */
  call(service: string, method: string, input: unknown, signal: AbortSignal): Promise<unknown>
}

export function dispatcher(handlers: Handlers): Dispatcher {
  return {
    call: async (serviceName, methodName, input, signal) => {
      const service = own(contract, serviceName) as ServiceSchema | undefined
      const method = service && (own(service.methods, methodName) as MethodSchema | undefined)
      const handler = method && (own(handlers[serviceName as ServiceName], methodName) as Handler | undefined)
      if (!method || !handler)
        throw new AppError('bad-option', `${serviceName}.${methodName}: expected a method of the contract, found none`)
      const name = `${serviceName}.${methodName}`
      const request = checked(method.input, input, (field) => (field === '' ? name : `${name}: ${field}`))
      try {
        return method.output.parse(await handler(request, { signal }))
      } catch (error) {
        throw AppError.from(error)
      }
    },
  }
}

/** Own properties only: `constructor` and `__proto__` are no methods. */
function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? Reflect.get(object, key) : undefined
}
