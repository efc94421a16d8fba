// Devices: what training can run on, tried before it is offered.
import { z } from 'zod'
import { method, service } from './define.ts'
import { count } from './domain.ts'
import { started } from './tasks.ts'

export const device = z.object({
  id: z.string(),
  name: z.string(),
  /** It computed a training step, and the numbers were right. */
  usable: z.boolean(),
  /** For people: why it is usable or not. */
  reason: z.string(),
  /** Images a second of a training step; null before the probe. */
  imagesPerSecond: z.number().nullable(),
})

const list = z.object({
  devices: z.array(device),
  /** `auto` or a device. */
  chosen: z.string(),
  /** What `auto` means now: the fastest that is right. */
  automatic: z.string(),
  /** Name of the backbone that the speeds were measured on; null = a small network, or nothing was. */
  measuredOn: z.string().nullable(),
  /** What was found before counts no more, as the system, a driver, a library or this program has changed since; or the processor's speed does not, as it
   * was measured with other threads. */
  outdated: z.boolean(),
  threads: count,
  /** What the machine has. */
  cores: count,
})

const about = z.strictObject({ backbone: z.string().optional() })

export const devices = service({
  methods: {
    /** @param backbone its id: what was measured on it, if it was */
    list: method(about, list),
    /** Tries each in a process of its own: numbers against expected ones, and speed, on a backbone if one is given. */
    probe: method(about, started),
    choose: method(z.strictObject({ device: z.string().optional(), threads: z.int().min(1).max(256).optional() }), list),
  },
  events: { changed: list },
})
