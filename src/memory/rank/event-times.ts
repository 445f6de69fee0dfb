/**
 * Times that a question tells from an event the owner remembers: `two weeks before the trip`, `the day after the wedding`, `the week
 * of the move`. chrono-node reads the distance; which event it is, the owner's index says (memory/remembered-events). English.
 */
import { calendars } from '../extract/calendar.ts'
import { isStopWord } from '../text/language.ts'
import { normalize, type Word, words } from '../text/words.ts'
import { dayMs, longestDated, type Period } from './periods.ts'

export interface EventTime {
  /** As the question has it: `two weeks before the trip`. */
  readonly phrase: string
  /** The words of the event in it: `the trip`. */
  readonly event: string
  /** The question without the phrase. */
  readonly rest: string
  /** What lies so from an event on this day, Unix milliseconds of its beginning in UTC. */
  periodFrom(day: number): Period
}

type Unit = 'day' | 'week' | 'month' | 'year'

/** Looked for before anything else is: most questions have none of these words. */
const mayTell = /\b(?:day|week|month|year)s?\s+(?:before|after|of)\s+\p{L}/iu
const distance = /(?:^|\s)(the\s+)?(?:\S+\s+)*?(day|week|month|year)s?\s+(before|after)$/iu
const within = /\bthe\s+(day|week|month|year)\s+of\s+(?=\p{L})/iu
/** Where the words of an event end: with the clause, or where the question itself begins. */
const eventEnd = /[,;:.?!\n]|\s(?:what|who|whom|whose|where|when|which|how|why|and|or|but|did|do|does)\b/iu

/** The first such time; undefined in a question without one. */
export async function eventTimeIn(question: string): Promise<EventTime | undefined> {
  if (!mayTell.test(question)) return undefined
  const text = normalize(question).slice(0, longestDated)
  const chrono = await import('chrono-node')
  const dayAt = (amount: string, from: number): number | undefined => {
    const read = chrono.parseDate(amount, { instant: new Date(from), timezone: 0 })
    return read === null ? undefined : startOf('day', read.getTime())
  }
  const told = (at: number, amount: string, periodFrom: EventTime['periodFrom']): EventTime | undefined => {
    const after = text.slice(at + amount.length)
    const event = after.slice(0, eventEnd.exec(after)?.index ?? after.length).trimEnd()
    const phrase = `${amount}${event}`.trim()
    const rest = text.slice(0, at) + after.slice(event.length)
    return words(event).some(tellsEvent) ? { phrase, event: event.trim(), rest, periodFrom } : undefined
  }
  for (const { text: amount, index } of chrono.parse(text, { instant: new Date(0), timezone: 0 })) {
    const [, the, unit = '', side = ''] = distance.exec(amount) ?? []
    // `two weeks before May 7` is read whole, and is told from no event.
    if (unit === '') continue
    const shape = {
      unit: unit.toLowerCase() as Unit,
      before: side.toLowerCase() === 'before',
      whole: the !== undefined,
    }
    return told(index, amount, (day) => periodAt(day, dayAt(amount, day) ?? day, shape))
  }
  const found = within.exec(text)
  if (found === null) return undefined
  const unit = (found[1] ?? '').toLowerCase() as Unit
  return told(found.index, found[0], (day) => ({ from: startOf(unit, day), to: startOf(unit, day, 1) }))
}

const calendarWords = new Set(
  Object.values(calendars).flatMap(({ months, days }) => [...months, ...days].flatMap((names) => names.split('|'))),
)

const partOfDate = /^(?:\p{N}.*|last|past|next|this|week|month|year|spring|summer|autumn|fall|winter)$/u

/** Whether a word may be one of a date: `last`, `summer`, `may`, `3`. */
export const isOfDate = ({ lower }: Word): boolean => calendarWords.has(lower) || partOfDate.test(lower)

/** A date (`the week of May 3`) is no event, nor is `it`. */
const tellsEvent = (word: Word): boolean => !isStopWord(word.lower, 0) && !isOfDate(word)

/** Days that a distance may be off to either side: people round to the unit that they name. */
const looseness: Readonly<Record<Unit, number>> = { day: 1, week: 3, month: 15, year: 182 }

/** `the week before` is all of it, up to the event; `two weeks before` is about that day. The day of the event is in neither. */
function periodAt(
  day: number,
  distant: number,
  { unit, before, whole }: { readonly unit: Unit; readonly before: boolean; readonly whole: boolean },
): Period {
  const loose = looseness[unit] * dayMs
  if (before)
    return { from: whole ? distant : distant - loose, to: whole ? day : Math.min(day, distant + loose + dayMs) }
  return {
    from: whole ? day + dayMs : Math.max(day + dayMs, distant - loose),
    to: distant + dayMs + (whole ? 0 : loose),
  }
}

/** When the day, week (from Monday, ISO 8601), month or year of a time begins in UTC; `later` units after that. */
function startOf(unit: Unit, time: number, later = 0): number {
  const date = new Date(time)
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
  switch (unit) {
    case 'day':
      return Date.UTC(year, month, day + later)
    case 'week':
      return Date.UTC(year, month, day - ((date.getUTCDay() + 6) % 7) + 7 * later)
    case 'month':
      return Date.UTC(year, month + later, 1)
    case 'year':
      return Date.UTC(year + later, 0, 1)
  }
}
