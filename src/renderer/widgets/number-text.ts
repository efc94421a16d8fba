// Numbers as people type them.

/** @param isWhole no fraction: nor a comma or a point, as `1,000` is a thousand to some and one to others @returns null where it is no number */
export function numberOf(text: string, isWhole = false): number | null {
  const typed = text.trim()
  if (typed === '' || (isWhole && !/^[+-]?\d+$/.test(typed))) return null
  const number = Number(typed.replace(',', '.'))
  return Number.isFinite(number) ? number : null
}
