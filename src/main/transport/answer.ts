// One call as text in, text out: what HTTP, IPC and the in-process transport have in common.
import { AppError } from '../../shared/errors.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import type { Answer } from '../../shared/transport/call.ts'
import type { Dispatcher } from './dispatcher.ts'

/** Bytes of a call's input. */
export const maxBody = 16 * 2 ** 20

export interface CallText {
  readonly service: string
  readonly method: string
  /** The input as JSON. */
  readonly body: string
  readonly signal: AbortSignal
}

export interface AnswerText {
  /** `Answer` as JSON. */
  readonly text: string
  /** Null where the call has succeeded. */
  readonly code: ErrorCode | null
}

/** Never rejects: what goes wrong is in the answer, without stacks. */
export async function answer(dispatcher: Dispatcher, { service, method, body, signal }: CallText): Promise<AnswerText> {
  try {
    const result = await dispatcher.call(service, method, inputOf(`${service}.${method}`, body), signal)
    return { text: JSON.stringify({ result } satisfies Answer), code: null }
  } catch (error) {
    return errorAnswer(AppError.from(error))
  }
}

export function errorAnswer(error: AppError): AnswerText {
  return { text: JSON.stringify({ error: error.toJSON() } satisfies Answer), code: error.code }
}

/** @param bytes found, or at least so many */
export function tooLarge(bytes: number, limit: number): AppError {
  return new AppError('too-large', `request: expected at most ${limit} bytes, found ${bytes} or more`, { details: { limit } })
}

function inputOf(name: string, body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    throw new AppError('bad-option', `${name}: expected JSON, found ${error instanceof Error ? error.message : 'something else'}`)
  }
}
