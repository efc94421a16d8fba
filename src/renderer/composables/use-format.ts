// Numbers, sizes and times as people of the chosen language write them.
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'

export interface Format {
  number(value: number, digits?: number): string
  /** A large number in short: 3.5M. */
  compact(value: number): string
  /** @param share 0..1 */
  percent(share: number | null, digits?: number): string
  bytes(value: number): string
  /** A span: `3 min 20 s`. */
  duration(seconds: number): string
  /** A moment: date and time. @param iso UTC */
  time(iso: string): string
  /** How long ago. @param iso UTC */
  ago(iso: string): string
}

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]
const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

export function useFormat(): Format {
  const { locale } = useI18n()
  const formats = computed(() => makeFormats(locale.value))
  return {
    number: (value, digits) => formats.value.number(digits).format(value),
    compact: (value) => formats.value.compact.format(value),
    percent: (share, digits = 1) => (share === null ? '–' : formats.value.percent(digits).format(share)),
    bytes: (value) => {
      const power = value < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3))
      const scaled = value / 1000 ** power
      return formats.value.unit(units[power] ?? 'byte', scaled < 10 && power > 0 ? 1 : 0).format(scaled)
    },
    duration: (seconds) => duration(seconds, (unit, value) => formats.value.unit(unit, 0).format(value)),
    time: (iso) => formats.value.time.format(new Date(iso)),
    ago: (iso) => {
      const seconds = (Date.parse(iso) - Date.now()) / 1000
      const [unit, length] = steps.find(([, each]) => Math.abs(seconds) >= each) ?? ['minute', 60]
      return formats.value.relative.format(Math.round(seconds / length), unit)
    },
  }
}

function duration(seconds: number, part: (unit: 'hour' | 'minute' | 'second', value: number) => string): string {
  const whole = Math.max(0, Math.round(seconds))
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  if (hours > 0) return `${part('hour', hours)} ${part('minute', minutes)}`
  if (minutes > 0) return minutes >= 10 ? part('minute', minutes) : `${part('minute', minutes)} ${part('second', rest)}`
  return part('second', rest)
}

/** Formats are costly to make: each is made once a language. */
function makeFormats(locale: string): {
  number: (digits?: number) => Intl.NumberFormat
  percent: (digits: number) => Intl.NumberFormat
  unit: (unit: string, digits: number) => Intl.NumberFormat
  compact: Intl.NumberFormat
  time: Intl.DateTimeFormat
  relative: Intl.RelativeTimeFormat
} {
  const made = new Map<string, Intl.NumberFormat>()
  const once = (key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat => {
    const format = made.get(key) ?? new Intl.NumberFormat(locale, options)
    made.set(key, format)
    return format
  }
  const exactly = (digits: number | undefined): Intl.NumberFormatOptions =>
    digits === undefined ? { maximumFractionDigits: 2 } : { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return {
    number: (digits) => once(`n${digits ?? ''}`, exactly(digits)),
    percent: (digits) => once(`p${digits}`, { style: 'percent', ...exactly(digits) }),
    unit: (unit, digits) => once(`${unit}${digits}`, { style: 'unit', unit, unitDisplay: 'short', ...exactly(digits) }),
    compact: new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 }),
    time: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }),
    relative: new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }),
  }
}
