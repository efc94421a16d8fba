// Keys that the control with the focus needs itself: text in a field, arrows in a group of choices, Space and Enter on a button.

export type ControlKind = 'text' | 'slider' | 'choices' | 'button' | 'link' | 'none'

/** What a person edits text with; other combinations with Mod are for commands. */
const editing = /^Mod\+(Shift\+)?([ACVXZYBIUKD]|Arrow.*|Home|End|Backspace|Delete)$/

export function needsKey(kind: ControlKind, combination: string): boolean {
  const isPress = combination === 'Enter' || combination === 'Space'
  switch (kind) {
    case 'text':
      return !/^(F\d+$|Alt\+|Mod\+|Ctrl\+|Meta\+)/.test(combination) || editing.test(combination)
    case 'slider':
      return /^(Shift\+)?(Arrow|Home$|End$|Page)/.test(combination)
    case 'choices':
      return isPress || /^(Arrow|Home$|End$)/.test(combination)
    case 'button':
      return isPress
    case 'link':
      return combination === 'Enter'
    case 'none':
      return false
  }
}

const kinds: readonly (readonly [ControlKind, string])[] = [
  ['slider', 'input[type=range], [role=slider], [role=spinbutton]'],
  ['choices', 'input[type=radio], [role=radio], [role=tab], [role=menuitem], [role=menuitemradio], [role=menuitemcheckbox]'],
  [
    'button',
    'input:is([type=checkbox], [type=button], [type=submit], [type=file], [type=color]), button, summary, [role=button], [role=switch]',
  ],
  ['text', 'textarea, select, input, [contenteditable]:not([contenteditable=false])'],
  ['link', 'a[href]'],
]

export function kindOf(target: EventTarget | null): ControlKind {
  if (!(target instanceof HTMLElement)) return 'none'
  return kinds.find(([, selector]) => target.matches(selector))?.[0] ?? (target.isContentEditable ? 'text' : 'none')
}
