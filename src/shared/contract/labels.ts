// Labels: assigned, cleared, undone. An answer means that the change is on the disk.
import { z } from 'zod'
import { method, service } from './define.ts'
import { absolutePath, classId, count, imageId, inProject, page, projectId, selection, time } from './domain.ts'
import { started } from './tasks.ts'

/** One entry of the history: everything that one call changed. */
export const action = z.object({
  id: count,
  kind: z.enum([
    'assign',
    'clear',
    'accept',
    'import',
    'create-class',
    'update-class',
    'reorder-classes',
    'merge-classes',
    'delete-class',
    'split',
    'exclude',
    'include',
  ]),
  /** Name of the class it is about, if it is about one. */
  subject: z.string().nullable(),
  /** Images that it changed. */
  images: count,
  at: time,
  undone: z.boolean(),
})

const changed = z.object({ images: count, revision: count })
const moved = z.object({ action: action.nullable(), revision: count })

export const labels = service({
  methods: {
    /** Images that have the label already are not changed; one whose file has changed under its label counts as present again. */
    assign: method(inProject.extend({ selection, class: classId }), changed),
    clear: method(inProject.extend({ selection }), changed),
    /** The latest action not yet undone; null where there is none. Without limit, across restarts.
     * `action`: this one and no other. @throws 'conflict' where it is not the latest any more. */
    undo: method(inProject.extend({ action: count.optional() }), moved),
    /** The latest undone action, as long as nothing new was done since. */
    redo: method(inProject, moved),
    /** Newest first. */
    history: method(
      inProject.extend(page),
      z.object({ actions: z.array(action), total: count, canUndo: z.boolean(), canRedo: z.boolean() }),
    ),
    /** Labels from a CSV or a folder in one of the layouts that `images.import` reads, for images that the project has. One action.
     * `replace`: images that have a label or split get a new one. A CSV names files by path (absolute, or relative to itself or to a source),
     * or by a bare name that one image has; a folder's files are known by their place or their content. */
    import: method(inProject.extend({ path: absolutePath, replace: z.boolean().default(false) }), started),
    /** Images with a label; in a CSV those with a split only, too. Never overwrites, and leaves nothing behind if it fails or is cancelled.
     * `csv`: path, label and split (RFC 4180); paths are relative to the source, absolute where there are several. Cells that a spreadsheet
     * would take for a formula (= + - @ first) start with an apostrophe, which `import` takes off.
     * `folders`: copies in split/class folders (images without a split in train), or in class folders where there are no splits. */
    export: method(inProject.extend({ format: z.enum(['csv', 'folders']), to: absolutePath }), started),
  },
  events: {
    /** Labels of these images, or of too many to name. Rows that come, go or change otherwise are `images.changed`, splits `splits.changed`. */
    changed: z.object({ project: projectId, revision: count, images: z.array(imageId).nullable() }),
  },
})

export type Action = z.infer<typeof action>
