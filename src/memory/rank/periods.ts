/**
 * The periods that a question names, relative to now: days, months and stretches between them by chrono-node, which is English;
 * whole weeks, seasons (of the northern half) and years here, as chrono gives one day for them or nothing.
 */
import type { Word } from '../text/words.ts'

export interface Period {
  /** Unix milliseconds, inclusive. */
  readonly from: number
  /** Exclusive. */
  readonly to: number
}

export const dayMs = 86_400_000
const dateWord =
  /^(?:\p{N}{1,4}(?:st|nd|rd|th)?|last|past|next|this|ago|yesterday|today|tomorrow|tonight|recently|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\p{L}*|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|spring|summer|autumn|fall|winter|christmas)$/u

/** Characters in which dates are looked for: chrono takes time by the square of what it is given, while nothing else runs. */
export const longestDated = 500
/**
 * Nothing is looked for behind so many words for stretches of time: of `1 minute 1 minute ...` chrono makes one that ends at each of
 * them, from each of them, which in 500 characters took 60 ms.
 */
const mostStretches = 6
const stretch =
  /(?<!['’])(?<!\p{L})(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|mos?|mons?|months?|qtrs?|quarters?|y|yrs?|years?|decades?)(?!\p{L})/giu

/** The part of a text in which dates are looked for. */
function datedPart(text: string): string {
  const part = text.slice(0, longestDated)
  let [seen, end] = [0, part.length]
  for (const { index } of part.matchAll(stretch)) {
    if (++seen <= mostStretches) continue
    end = index
    break
  }
  return part.slice(0, end)
}

/** chrono is asked only when a word looks like a date, and loaded when that first happens: it costs more than the whole search. */
export async function periodsIn(text: string, words: readonly Word[], nowMs: number): Promise<Period[]> {
  if (!words.some(({ lower }) => dateWord.test(lower))) return []
  const asked = datedPart(text)
  const named = [...seasonsIn(asked, nowMs), ...weeksAndYearsIn(asked, nowMs)]
  const days = await daysIn(asked, nowMs)
  const [first, second] = days
  if (days.length !== 2 || first === undefined || second === undefined || !/\bbetween\b/iu.test(asked)) {
    return [...named, ...days]
  }
  // Each was read by itself: in November, "between October and December" ends after it begins.
  const to = second.to > first.from ? second.to : yearsLater(second.to, 1)
  return [...named, { from: first.from, to }]
}

/** What memories tell has happened: a date without a year is the newest that has begun, unless the question looks ahead. */
const looksAhead =
  /\b(?:will|shall|going to|next|(?:up)?coming|planned|planning|plans?|scheduled|due|tomorrow|until|soon|ahead)\b|['’]ll\b/iu

async function daysIn(text: string, nowMs: number): Promise<Period[]> {
  const chrono = await import('chrono-node')
  const ahead = looksAhead.test(text)
  return chrono.parse(text, new Date(nowMs)).flatMap(({ start, end, text: found, index }): Period[] => {
    if (/^(?:last|past|this|next)\s+week$/iu.test(found)) return []
    const [ofDay, ofMonth] = [start.isCertain('day') || start.isCertain('weekday'), start.isCertain('month')]
    if (!ofDay && !ofMonth) return []
    const read = Date.UTC(
      start.get('year') ?? 0,
      (start.get('month') ?? 1) - 1,
      ofDay || end ? (start.get('day') ?? 1) : 1,
    )
    const leaned = (time: number): number => {
      if (ahead || read <= nowMs) return time
      if (ofMonth && !start.isCertain('year')) return yearsLater(time, -1)
      return start.isCertain('weekday') && !start.isCertain('day') ? time - 7 * dayMs : time
    }
    const from = leaned(read)
    if (end) return [{ from, to: leaned(end.date().getTime()) }]
    if (from <= nowMs && /\bsince\s+$/iu.test(text.slice(0, index))) return [{ from, to: nowMs + 1 }]
    return [ofDay ? { from: from - dayMs, to: from + 2 * dayMs } : { from, to: monthLater(from) }]
  })
}

function yearsLater(time: number, years: number): number {
  const date = new Date(time)
  return date.setUTCFullYear(date.getUTCFullYear() + years)
}

function monthLater(time: number): number {
  const date = new Date(time)
  return date.setUTCMonth(date.getUTCMonth() + 1)
}

const firstMonth: Readonly<Record<string, number>> = { spring: 2, summer: 5, autumn: 8, fall: 8, winter: 11 }
const season =
  /\b(?:(last|past|this|next)\s+)?(spring|summer|autumn|fall|winter)\b(?:\s+(?:of\s+)?((?:19|20)\d\d)\b)?/giu

/** `last summer` is the newest that is over, `next` the first to begin. A season without a year or such a word names none. */
function seasonsIn(text: string, nowMs: number): Period[] {
  return [...text.matchAll(season)].flatMap(([, which, name = '', year]) => {
    const month = firstMonth[name.toLowerCase()] ?? 0
    const of = (inYear: number): Period => ({ from: Date.UTC(inYear, month, 1), to: Date.UTC(inYear, month + 3, 1) })
    if (year !== undefined) return [of(Number(year))]
    const thisYear = new Date(nowMs).getUTCFullYear()
    const around = [-2, -1, 0, 1].map((shift) => of(thisYear + shift))
    switch (which?.toLowerCase()) {
      case 'last':
      case 'past':
        return around.filter(({ to }) => to <= nowMs).slice(-1)
      case 'this':
        return [around.find(({ from, to }) => from <= nowMs && nowMs < to) ?? of(thisYear)]
      case 'next':
        return around.filter(({ from }) => from > nowMs).slice(0, 1)
      default:
        return []
    }
  })
}

const weekOrYear = /\b(last|past|this|next)\s+(week|year)\b|\b(?:in|during|throughout)\s+((?:19|20)\d\d)\b/giu

function weeksAndYearsIn(text: string, nowMs: number): Period[] {
  const now = new Date(nowMs)
  const ofYear = (year: number): Period => ({ from: Date.UTC(year, 0, 1), to: Date.UTC(year + 1, 0, 1) })
  return [...text.matchAll(weekOrYear)].map(([, which = '', unit = '', year]) => {
    if (year !== undefined) return ofYear(Number(year))
    const shift = { last: -1, past: -1, this: 0, next: 1 }[which.toLowerCase()] ?? 0
    if (unit.toLowerCase() === 'year') return ofYear(now.getUTCFullYear() + shift)
    // Weeks begin on Monday (ISO 8601).
    const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate())
    const monday = today - ((now.getUTCDay() + 6) % 7) * dayMs + shift * 7 * dayMs
    return { from: monday, to: monday + 7 * dayMs }
  })
}
