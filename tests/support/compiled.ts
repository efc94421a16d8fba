// Most of the time of a short command is loading: processes that tests start share what Node has compiled.
import { resolve } from 'node:path'

/** For their environment. */
export const compiled = { NODE_COMPILE_CACHE: resolve(import.meta.dirname, '../../.cache/compiled') }
