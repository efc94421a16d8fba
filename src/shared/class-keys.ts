// Keys that classes are given by themselves, in this order: digits, then letters that are no command's in the interface.

/** Not 0: it takes labels off. A person may give a class any other key, and a command one of these. */
export const classKeys: readonly string[] = Array.from('123456789abdeghijklmopqrstvwx')
