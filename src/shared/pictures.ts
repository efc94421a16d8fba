// How the picture process is spoken to: one request, one answer, several at a time. Pixels go through files, not through messages.
import { z } from 'zod'

const id = z.int().min(0)
/** What the file must hold: SHA-256, hex, where the picture is kept by it and must not come under the wrong name. */
const file = { id, file: z.string(), hash: z.string().nullable() }

export const pictureRequestSchema = z.discriminatedUnion('want', [
  /** Longer side at most `size` pixels, upright, written to `out`. */
  z.object({ want: z.literal('picture'), ...file, size: z.int().min(1), format: z.enum(['webp', 'jpeg']), out: z.string() }),
  /** What the image looks like, in a few bytes (hex), for comparing. */
  z.object({ want: z.literal('look'), ...file }),
])

export const pictureAnswerSchema = z.discriminatedUnion('answer', [
  /** Once, when the process can work: what ends before cannot be an image's fault. */
  z.object({ answer: z.literal('ready') }),
  z.object({ answer: z.literal('done'), id, look: z.string().optional() }),
  z.object({
    answer: z.literal('failed'),
    id,
    /** `changed`: other content than the hash says; `damaged`: cannot be decoded; `access`: cannot be read or written now. */
    reason: z.enum(['changed', 'damaged', 'gone', 'access']),
    message: z.string(),
  }),
])

export type PictureRequest = z.infer<typeof pictureRequestSchema>
export type PictureAnswer = z.infer<typeof pictureAnswerSchema>
