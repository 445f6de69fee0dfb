/** What a result of a search tells of why it was recalled. */
import { type Static, Type as t } from '@sinclair/typebox'
import type { Explanation } from '../rank/explain.ts'
import type { Hit } from '../recall.ts'
import type { EventPeriod } from '../remembered-events.ts'
import { timeOutput, toIso } from '../time.ts'

const share = (description: string) => t.Number({ description })

const Details = t.Object(
  {
    words: t.Object({
      own: share('By its own words.'),
      beside: share('By the words of what was said beside it.'),
      thread: share('By the words of its whole conversation.'),
    }),
    terms: t.Array(t.Object({ word: t.String(), score: share('What this word of the question added.') }), {
      description: 'Of a question of very many words, the fifty that count most.',
    }),
  },
  { description: 'With explain: what its score by words is the sum of, the best score by words being 1.' },
)

const Event = t.Object({
  phrase: t.String({ description: 'What the question says: two weeks before the trip.' }),
  memory: t.String({ description: 'The id of the memory that tells when the event was.' }),
  from: timeOutput('The time that is meant.'),
  to: timeOutput('Its end, not included.'),
})

export const Why = t.Object(
  {
    lists: t.Array(
      t.Object({
        name: t.Union([t.Literal('words'), t.Literal('entities'), t.Literal('meaning'), t.Literal('instructions')]),
        rank: t.Integer({ description: 'Its place among the results by this list alone, from 1.' }),
        score: t.Number({
          description:
            'A share of the best by this list, which is 1; of words and entities, of the best by both together. In meaning, names of those who speak are left out of the question.',
        }),
      }),
    ),
    boosts: t.Array(t.Object({ name: t.String(), factor: t.Number() }), {
      description: 'What made it count more or less than its words: who said it, when, whether it only asks.',
    }),
    matched: t.Array(t.String(), { description: 'Words of the question that it has itself.' }),
    entities: t.Optional(
      t.Array(t.String(), {
        description: 'Entities of the question that it is linked to, though its text does not name them.',
      }),
    ),
    events: t.Optional(t.Array(Event, { description: 'With a boost by date: the events that this was told from.' })),
    details: t.Optional(Details),
  },
  { description: 'Why it was recalled.' },
)

export const shownWhy = ({ lists, boosts, matched, entities, events, details }: Hit['why']): Static<typeof Why> => ({
  lists: lists.map((list) => ({ ...list, score: rounded(list.score) })),
  boosts: [...boosts],
  matched: [...matched],
  ...(entities === undefined ? {} : { entities: [...entities] }),
  ...(events === undefined ? {} : { events: events.map(shownEvent) }),
  ...(details === undefined ? {} : { details: shownDetails(details) }),
})

const shownEvent = ({ phrase, event, from, to }: EventPeriod): Static<typeof Event> => ({
  phrase,
  memory: event,
  from: toIso(from),
  to: toIso(to),
})

const shownDetails = ({ words, terms }: Explanation): Static<typeof Details> => ({
  words: { own: rounded(words.own), beside: rounded(words.beside), thread: rounded(words.thread) },
  terms: terms.map(({ word, score }) => ({ word, score: rounded(score) })),
})

export const rounded = (score: number): number => Math.round(score * 1_000) / 1_000
