// Devices: what training can run on, tried before it is offered.
import { z } from 'zod'
import { method, service } from './define.ts'
import { count, nothing } from './domain.ts'
import { started } from './tasks.ts'

export const device = z.object({
  id: z.string(),
  name: z.string(),
  /** It computed a training step, and the numbers were right. */
  usable: z.boolean(),
  /** For people: why it is usable or not. */
  reason: z.string(),
  /** Images a second of a small reference step; null before the probe. */
  imagesPerSecond: z.number().nullable(),
})

const list = z.object({
  devices: z.array(device),
  /** `auto` or a device. */
  chosen: z.string(),
  threads: count,
  /** What the machine has. */
  cores: count,
})

export const devices = service({
  methods: {
    list: method(nothing, list),
    /** Tries each in a process of its own: numbers against expected ones, and speed. */
    probe: method(nothing, started),
    choose: method(z.strictObject({ device: z.string().optional(), threads: z.int().min(1).max(256).optional() }), list),
  },
  events: { changed: list },
})
