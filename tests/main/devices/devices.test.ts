// Devices: tried before they are offered; a crash is an answer; what was chosen stays.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Engine } from '../../../src/main/services/context.ts'
import { deviceFor, devices } from '../../../src/main/services/devices/index.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { calls, testStudio } from '../../support/services.ts'

/** What probing a device comes to, by its id; others crash. */
const speeds = new Map([['cpu', 100]])
const asked: string[] = []
/** What each was told of a step on the processor. */
const processors: unknown[] = []
const engine = {
  run: (request: { job: string; device: string; threads: number; processor?: unknown }) => {
    processors.push(request.processor)
    asked.push(`${request.job} ${request.device} ${request.threads}`)
    const imagesPerSecond = speeds.get(request.device)
    if (imagesPerSecond === undefined)
      return Promise.reject(new AppError('engine-crashed', 'the engine process ended unexpectedly (signal SIGSEGV)'))
    return Promise.resolve({
      job: 'probe',
      name: request.device,
      difference: 1e-7,
      step: { loss: request.device.length, gradient: 1 },
      imagesPerSecond,
      onProcessor: [],
    })
  },
  status: () => ({ state: 'idle', subject: null, lastHeartbeat: null }),
  close: () => Promise.resolve(),
} as unknown as Engine
const { studio, events, ended } = testStudio(engine)
let facts = 'driver 1'
const readFacts = (): Promise<string> => Promise.resolve(facts)
const service = calls('devices', devices(studio, readFacts))
const placeFor = (device?: string) => deviceFor(studio, { device }, readFacts)

test('before a probe there is the processor; afterwards what computed rightly', async () => {
  const before = await service.list({})
  expect(before).toMatchObject({ chosen: 'auto', threads: before.cores })
  expect(before.devices.filter(({ usable }) => usable)).toMatchObject([{ id: 'cpu', imagesPerSecond: null }])
  expect(await placeFor()).toEqual({ device: 'cpu', threads: before.cores, fallbacks: [] })

  expect(await ended(service.probe({}))).toMatchObject({ state: 'done', result: { devices: before.devices.length } })
  expect(asked).toEqual(before.devices.map(({ id }) => `probe ${id} ${before.cores}`))
  expect(processors).toEqual(before.devices.map(({ id }) => (id === 'cpu' ? undefined : { loss: 3, gradient: 1 })))
  const { devices: found } = await service.list({})
  expect(found[0]).toMatchObject({ id: 'cpu', usable: true, imagesPerSecond: 100 })
  expect(found[1]).toMatchObject({ usable: false, reason: expect.stringContaining('SIGSEGV') as string })
  expect(events.at(-2)).toMatchObject({ topic: 'devices.changed', payload: { devices: found } })
})

test('the fastest usable one is taken, or the one that is chosen', async () => {
  const other = (await service.list({})).devices[1]?.id ?? ''
  await expect(service.choose({ device: other })).rejects.toMatchObject({
    code: 'bad-option',
    message: expect.stringContaining('SIGSEGV') as string,
  })
  await expect(service.choose({ device: 'abacus' })).rejects.toMatchObject({ code: 'bad-option' })
  speeds.set(other, 500)
  await ended(service.probe({}))
  expect(await placeFor()).toMatchObject({ device: other, fallbacks: ['cpu'] })
  expect((await service.list({})).automatic).toBe(other)
  expect(await service.choose({ device: 'cpu', threads: 3 })).toMatchObject({ chosen: 'cpu', threads: 3 })
  expect(await placeFor()).toEqual({ device: 'cpu', threads: 3, fallbacks: [other] })
  expect(await placeFor(other)).toEqual({ device: other, threads: 3, fallbacks: ['cpu'] })
  expect(await placeFor('auto')).toMatchObject({ device: other })
  expect(await calls('devices', devices(studio, readFacts)).list({})).toMatchObject({ chosen: 'cpu', threads: 3 })
})

test('the processor’s speed counts with the threads that it was measured with; what is right, and a card’s speed, with any', async () => {
  const other = (await service.list({})).devices[1]?.id ?? ''
  speeds.set('cpu', 900)
  await service.choose({ device: 'auto', threads: 4 })
  await ended(service.probe({}))
  expect(await service.list({})).toMatchObject({ automatic: 'cpu', outdated: false })
  const changed = await service.choose({ threads: 1 })
  expect(changed).toMatchObject({ automatic: other, outdated: true })
  expect(changed.devices[0]).toMatchObject({ usable: true, imagesPerSecond: null, reason: expect.stringContaining('(4, now 1)') as string })
  expect(await placeFor()).toEqual({ device: other, threads: 1, fallbacks: ['cpu'] })
  expect(await deviceFor(studio, { threads: 4 }, readFacts)).toEqual({ device: 'cpu', threads: 4, fallbacks: [other] })
  speeds.set('cpu', 100)
  await ended(service.probe({}))
  expect((await service.list({})).devices[0]).toMatchObject({ imagesPerSecond: 100 })
})

test('a new driver undoes what was found, and a choice that is not usable any more does not stop a run', async () => {
  const other = (await service.list({})).devices[1]?.id ?? ''
  await service.choose({ device: other })
  facts = 'driver 2'
  expect(await service.list({})).toMatchObject({ chosen: other, automatic: 'cpu', outdated: true, measuredOn: null })
  expect((await service.list({})).devices[1]).toMatchObject({ usable: false, reason: expect.stringContaining('changed') as string })
  expect(await placeFor()).toMatchObject({ device: 'cpu', fallbacks: [] })
  await expect(placeFor(other)).rejects.toMatchObject({ code: 'bad-option' })
  await ended(service.probe({}))
  expect(await service.list({})).toMatchObject({ automatic: other, outdated: false })
})

test('probes as another version has written them count no more; what was chosen stays', async () => {
  writeFileSync(
    join(studio.dataFolder, 'devices.json'),
    JSON.stringify({ chosen: 'cpu', threads: 2, probes: [{ backbone: null, facts, devices: {} }] }),
  )
  expect(await service.list({})).toMatchObject({ chosen: 'cpu', threads: 2 })
})

test('a damaged file of settings is as good as none', async () => {
  writeFileSync(join(studio.dataFolder, 'devices.json'), '{"chosen": 7')
  expect(await service.list({})).toMatchObject({ chosen: 'auto' })
})
