// The worker pool: order, errors, workers that die or cannot start.
import { afterEach, expect, it } from 'vitest'
import { WorkerPool } from '../../../src/engine/data/worker-pool.ts'

const script = (body: string): URL =>
  new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads'; ${body}`)}`)
const squares = script(`parentPort.on('message', ({ id, job }) => {
  if (job === 13) throw new Error('unlucky')
  parentPort.postMessage(job < 0 ? { id, error: 'expected a positive number' } : { id, result: job * job })
})`)

let pool: WorkerPool<number, number>
afterEach(() => pool.close())

it('answers each job with its own result', async () => {
  pool = new WorkerPool(squares, 2)
  const jobs = Array.from({ length: 20 }, (_, i) => i % 13)
  expect(await Promise.all(jobs.map((job) => pool.run(job)))).toEqual(jobs.map((job) => job * job))
  await expect(pool.run(-1)).rejects.toThrow('expected a positive number')
})

it('replaces a worker that dies', async () => {
  pool = new WorkerPool(squares, 1)
  expect(await pool.run(2)).toBe(4)
  await expect(pool.run(13)).rejects.toThrow('a worker thread ended with code 1: unlucky')
  expect(await pool.run(3)).toBe(9)
})

it('gives up, once, where workers cannot start', async () => {
  pool = new WorkerPool(script(`throw new Error('no such module')`), 2)
  await expect(pool.run(1)).rejects.toThrow('a worker thread ended with code 1: no such module')
  await expect(pool.run(1)).rejects.toThrow('no such module')
})

it('rejects what is open when it is closed', async () => {
  pool = new WorkerPool(script(''), 1)
  const open = pool.run(1)
  await Promise.all([expect(open).rejects.toThrow('the worker pool is closed'), pool.close()])
})
