// The real engine, which writes down its process id first: for tests that kill it.
import { writeFileSync } from 'node:fs'

if (process.env.ENGINE_PID_FILE) writeFileSync(process.env.ENGINE_PID_FILE, String(process.pid))
await import('../../src/engine/index.ts')
