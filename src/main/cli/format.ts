// Numbers as people read them.

/** 0.8512 -> `85.1 %`; a dash where there is nothing to measure. */
export function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? '-' : `${(100 * share).toFixed(1)} %`
}

/** Seconds as `42 s`, `3:05 min` or `1:02:03 h`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const two = (n: number): string => String(n).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}:${two(whole % 60)} min`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)} h`
}

/** Four significant digits, as long as a column stays narrow. */
export function significant(x: number | null): string {
  if (x === null) return 'not a number'
  return Math.abs(x) >= 1000 || (x !== 0 && Math.abs(x) < 0.001) ? x.toExponential(1) : x.toPrecision(4)
}

/** `12,345`. */
export function thousands(n: number): string {
  return n.toLocaleString('en-GB')
}

/** Rows of cells in columns, the first one left, the others as `align` says. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((w, row) => row.map((cell, i) => Math.max(w[i] ?? 0, cell.length)), [])
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
