import { calendars } from './calendar.ts'

/**
 * Days that a text names in full: `2023-05-07`, and day, month and year with the month's name in one of these languages
 * (`7 May 2023`, `May 7, 2023`, `7. Mai 2023`, `7 de mayo de 2023`). Anything relative depends on when it was said, and is
 * read at search time (memory/rank/question.ts).
 */
const months = new Map(
  Object.values(calendars).flatMap((calendar) =>
    calendar.months.flatMap((names, index) => names.split('|').map((name) => [name, index + 1] as const)),
  ),
)
const names = [...months.keys()].sort((a, b) => b.length - a.length).join('|')
const dayFirst = `(?<day>\\d{1,2})(?:st|nd|rd|th|\\.|º)?\\s+(?:de\\s+|of\\s+)?(?<month>${names})\\.?,?\\s+(?:de\\s+)?(?<year>\\d{4})`
const monthFirst = `(?<month2>${names})\\.?\\s+(?<day2>\\d{1,2})(?:st|nd|rd|th)?,?\\s+(?<year2>\\d{4})`
const written = new RegExp(`(?<![\\p{L}\\p{N}])(?:${dayFirst}|${monthFirst})(?!\\p{N})`, 'giu')
const iso = /(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)/g
const year = /\d{4}/

/** Each once, as `2023-05-07`. A day that does not exist is none. */
export function datesIn(text: string): readonly string[] {
  if (!year.test(text)) return []
  const found = new Set<string>()
  const add = (y: number, month: number, day: number) => {
    const date = new Date(Date.UTC(y, month - 1, day))
    if (y >= 1000 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day) {
      found.add(date.toISOString().slice(0, 10))
    }
  }
  for (const [, y, month, day] of text.matchAll(iso)) add(Number(y), Number(month), Number(day))
  for (const { groups } of text.matchAll(written)) {
    const month = months.get((groups?.month ?? groups?.month2 ?? '').toLowerCase())
    if (month !== undefined) add(Number(groups?.year ?? groups?.year2), month, Number(groups?.day ?? groups?.day2))
  }
  return [...found]
}
