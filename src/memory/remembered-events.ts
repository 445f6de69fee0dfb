/**
 * When an event was that a question tells a time from (`two weeks before the trip`): found among the owner's memories by its own
 * words, under the same rules as the answer. Called by recall.
 */
import { setImmediate } from 'node:timers/promises'
import { datesIn } from './extract/dates.ts'
import { isOfDate } from './rank/event-times.ts'
import { dayMs, longestDated, type Period, periodsIn } from './rank/periods.ts'
import type { AskedQuestion } from './rank/question.ts'
import { nameParts, unowned } from './rank/speaker-names.ts'
import type { Memory } from './schema.ts'
import type { QueryTerm } from './text/analyze.ts'
import { words } from './text/words.ts'

/** A time told from an event, and the memory that tells when the event was. */
export interface EventPeriod extends Period {
  readonly phrase: string
  readonly event: Memory['id']
}

/** How many of the memories that tell of an event best are looked at. */
export const eventCandidates = 10

/** Told on more days than that, an event could be any: `the meeting`. */
const mostDays = 3

/** What tells of an event, and which of the event's words it has. */
export interface EventHit {
  readonly memory: Memory
  readonly matched: readonly string[]
}

/**
 * The periods that are meant; none where no memory tells of the event or too many do. Only those count that have most of its words,
 * and of these the most: first where the text names days in full, then where it is known when it happened, then where the text says
 * so from when it was stored (`last Friday`), then by when it was stored.
 */
export async function eventPeriods(
  { phrase, asked, periodFrom }: NonNullable<AskedQuestion['eventTime']>,
  hits: readonly EventHit[],
): Promise<readonly EventPeriod[]> {
  // `the trip last summer`: dates say which trip it is.
  const { periods } = asked
  const sought = periods.length === 0 ? asked.terms : asked.terms.filter(({ word }) => !isOfDate(word))
  const counted = hits.map(({ memory, matched }) => {
    const speaker = nameParts(memory.speaker.name)
    // Whose event it is, its speaker tells: they seldom say their own name.
    const has = ({ word }: QueryTerm) => matched.includes(word.surface) || speaker.includes(unowned(word.lower))
    return { memory, words: sought.filter(has).length }
  })
  const most = Math.max(0, ...counted.map(({ words }) => words))
  if (most * 2 <= sought.length) return []
  const telling = counted.filter(({ words }) => words === most).map(({ memory }) => memory)
  const named = telling.flatMap((memory) => datesIn(memory.content).map((date) => ({ memory, at: Date.parse(date) })))
  const known = telling.flatMap((memory) =>
    memory.occurredAt === undefined ? [] : [{ memory, at: memory.occurredAt }],
  )
  const undated = telling.filter(({ occurredAt }) => occurredAt === undefined)
  const spoken: Dated[] = []
  for (const [n, memory] of undated.entries()) {
    // Others have their turn: what a text says may take milliseconds to read.
    if (n > 0) await setImmediate()
    spoken.push(...(await spokenDays(memory)))
  }
  const stored = telling.map((memory) => ({ memory, at: memory.createdAt }))
  const [told = []] = [named, known, spoken, stored].filter(({ length }) => length > 0)
  const byDay = new Map<number, Memory>()
  for (const { memory, at } of told) {
    if (periods.length > 0 && !periods.some(({ from, to }) => at >= from && at < to)) continue
    const day = at - (((at % dayMs) + dayMs) % dayMs)
    if (!byDay.has(day)) byDay.set(day, memory)
  }
  if (byDay.size > mostDays) return []
  return [...byDay].map(([day, memory]) => ({ ...periodFrom(day), phrase, event: memory.id }))
}

interface Dated {
  readonly memory: Memory
  readonly at: number
}

/** On the one day, or in the middle of the one week, that a text names from when it was stored: `last Friday`. */
async function spokenDays(memory: Memory): Promise<Dated[]> {
  const text = memory.content.slice(0, longestDated)
  const [period, ...others] = await periodsIn(text, words(text), memory.createdAt)
  if (period === undefined || others.length > 0 || period.to - period.from > 7 * dayMs) return []
  return [{ memory, at: (period.from + period.to) / 2 }]
}
