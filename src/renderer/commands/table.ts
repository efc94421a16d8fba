// Everything that a key can do. Titles are in locales/*/commands.json under the same names; the person can change the keys.

/** Where a command holds: the shortcut sheet groups by it. */
export type Scope = 'everywhere' | 'label' | 'preview' | 'train'

interface CommandEntry {
  readonly scope: Scope
  /** As `Mod+Shift+KeyName`; Mod = Ctrl, on a Mac the command key. The first is shown. */
  readonly keys: readonly string[]
}

const entries = {
  goStart: { scope: 'everywhere', keys: ['Alt+0'] },
  goImages: { scope: 'everywhere', keys: ['Alt+1'] },
  goLabel: { scope: 'everywhere', keys: ['Alt+2'] },
  goTrain: { scope: 'everywhere', keys: ['Alt+3'] },
  goResults: { scope: 'everywhere', keys: ['Alt+4'] },
  goPredict: { scope: 'everywhere', keys: ['Alt+5'] },
  goExport: { scope: 'everywhere', keys: ['Alt+6'] },
  undo: { scope: 'everywhere', keys: ['Z', 'Mod+Z'] },
  redo: { scope: 'everywhere', keys: ['Y', 'Mod+Shift+Z', 'Mod+Y'] },
  shortcuts: { scope: 'everywhere', keys: ['?', 'F1'] },
  settings: { scope: 'everywhere', keys: ['Mod+,'] },
  selectAll: { scope: 'label', keys: ['Mod+A'] },
  selectNone: { scope: 'label', keys: ['Escape'] },
  clearLabel: { scope: 'label', keys: ['0', 'Backspace', 'Delete'] },
  labelAs: { scope: 'label', keys: ['.'] },
  acceptSuggestion: { scope: 'label', keys: ['Enter'] },
  nextUseful: { scope: 'label', keys: ['N'] },
  nextUnlabelled: { scope: 'label', keys: ['U'] },
  openPreview: { scope: 'label', keys: ['Space'] },
  newClass: { scope: 'label', keys: ['C'] },
  search: { scope: 'label', keys: ['/'] },
  thumbnailsLarger: { scope: 'label', keys: ['+', '='] },
  thumbnailsSmaller: { scope: 'label', keys: ['-'] },
  zoomIn: { scope: 'preview', keys: ['+', '='] },
  zoomOut: { scope: 'preview', keys: ['-'] },
  zoomFit: { scope: 'preview', keys: ['F'] },
  closePreview: { scope: 'preview', keys: ['Escape', 'Space'] },
  startTraining: { scope: 'train', keys: ['Mod+Enter'] },
} as const satisfies Record<string, CommandEntry>

export type CommandId = keyof typeof entries
export const commands: Readonly<Record<CommandId, CommandEntry>> = entries
export const commandIds = Object.keys(entries) as CommandId[]
