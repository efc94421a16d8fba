// Classes: what images are told apart by. Every change can be undone (`labels.undo`).
import { z } from 'zod'
import { method, service } from './define.ts'
import { classId, count, inProject, projectId } from './domain.ts'

export const imageClass = z.object({
  id: classId,
  name: z.string(),
  /** #rrggbb. */
  colour: z.string(),
  /** A digit or a letter, or none. */
  hotkey: z.string().nullable(),
  /** Images labelled with it. */
  images: count,
})

const name = z.string().trim().min(1).max(200).describe('a name of 1 to 200 characters')
const colour = z
  .string()
  .regex(/^#[0-9a-f]{6}$/)
  .describe('a colour like #2f81f7')
const hotkey = z
  .string()
  .regex(/^[0-9a-z]$/)
  .nullable()
  .describe('a digit or a small letter, or null')
const list = z.object({ classes: z.array(imageClass) })

export const classes = service({
  methods: {
    /** In their order. */
    list: method(inProject, list),
    /** A free colour and the next free key, digits before letters, where none is given; no key where all are taken. @throws 'bad-option' for a name that is taken. */
    create: method(inProject.extend({ name, colour: colour.optional(), hotkey: hotkey.optional() }), imageClass),
    update: method(
      inProject.extend({ class: classId, name: name.optional(), colour: colour.optional(), hotkey: hotkey.optional() }),
      imageClass,
    ),
    /** @param order all classes, each once */
    reorder: method(inProject.extend({ order: z.array(classId).min(1).max(10_000) }), list),
    /** Images of `from` become images of `into`; `from` goes. */
    merge: method(inProject.extend({ from: z.array(classId).min(1).max(10_000), into: classId }), imageClass),
    /** Its images become unlabelled; the history keeps what they were. */
    delete: method(inProject.extend({ class: classId }), z.object({ images: count })),
  },
  events: { changed: z.object({ project: projectId, revision: count }) },
})

export type ImageClass = z.infer<typeof imageClass>
