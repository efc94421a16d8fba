// How a program is asked to stop: Ctrl-C, the end of a service, the end of its terminal.

export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Milliseconds. */
const oneWish = 500

/** Takes calls in quick succession for one: npm passes signals on to a program that has been told already, and a terminal that closes tells it
 * by a signal, or two, and by its output. */
export function asOne<Args extends unknown[]>(act: (...args: Args) => void): (...args: Args) => void {
  let last = -Infinity
  return (...args) => {
    const now = performance.now()
    if (now - last < oneWish) return
    last = now
    act(...args)
  }
}
