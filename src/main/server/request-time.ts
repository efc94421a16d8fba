// How long requests may take to arrive. Node's own limit is one for all of them: a file over a slow line needs longer than a call.
import type { IncomingMessage } from 'node:http'

/** Breaks a request off that has not arrived by then. @param milliseconds for all of it @returns lifts the limit */
export function limitTime(request: IncomingMessage, milliseconds: number): () => void {
  const timer = setTimeout(() => {
    if (!request.complete) request.socket.destroy()
  }, milliseconds).unref()
  const lift = (): void => clearTimeout(timer)
  request.once('close', lift)
  return lift
}
