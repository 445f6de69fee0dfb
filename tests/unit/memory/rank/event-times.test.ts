import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { eventTimeIn } from '../../../../src/memory/rank/event-times.ts'
import { readQuestion } from '../../../../src/memory/rank/question.ts'

const event = Date.UTC(2026, 4, 20)
const now = Date.UTC(2026, 10, 1)
const dayOf = (time: number | undefined) => (time === undefined ? undefined : new Date(time).toISOString().slice(0, 10))
/** The event, and the period for one on Wednesday, 20 May 2026, its end not included. */
async function told(question: string) {
  const time = await eventTimeIn(question)
  const period = time?.periodFrom(event)
  return time === undefined ? undefined : [time.event, dayOf(period?.from), dayOf(period?.to)]
}

describe('A time told from an event', () => {
  test.each([
    ['What did I buy two weeks before the trip to Oslo?', 'the trip to Oslo', '2026-05-03', '2026-05-10'],
    ['What did I buy 2 weeks after the trip?', 'the trip', '2026-05-31', '2026-06-07'],
    ['3 days before the wedding, who called?', 'the wedding', '2026-05-16', '2026-05-19'],
    ['What broke one day after the party?', 'the party', '2026-05-21', '2026-05-23'],
    ['Where were we a month before we moved?', 'we moved', '2026-04-05', '2026-05-06'],
    ['Two years after Rex was born what did we buy?', 'Rex was born', '2027-11-20', '2028-11-19'],
    ['What did I eat the day before the marathon?', 'the marathon', '2026-05-19', '2026-05-20'],
    ['What did I eat the day after the marathon?', 'the marathon', '2026-05-21', '2026-05-22'],
    ['Who came the week before my exam and why?', 'my exam', '2026-05-13', '2026-05-20'],
    ['Who came the month after Christmas?', 'Christmas', '2026-05-21', '2026-06-21'],
    ['Who visited in the week of the marathon?', 'the marathon', '2026-05-18', '2026-05-25'],
    ['What happened on the day of the fire?', 'the fire', '2026-05-20', '2026-05-21'],
    ['What happened in the month of the fire?', 'the fire', '2026-05-01', '2026-06-01'],
    ['What happened in the year of the fire?', 'the fire', '2026-01-01', '2027-01-01'],
  ])('%s', async (question, words, from, to) => {
    expect(await told(question)).toEqual([words, from, to])
  })

  test.each([
    'What did I buy two weeks ago?',
    'What did I do two weeks before May 7?',
    'What did I do in the week of May 3, 2026?',
    'What did I do in the month of May?',
    'What did I do the day after?',
    'What did I do the day after it?',
    'What is the plan for the day after tomorrow?',
    'How many days after the trip did Rex fall ill?',
    'Which is the best part of the day?',
    'Is it before or after the trip?',
    'Wer kam zwei Wochen vor der Reise?',
  ])('%s tells none', async (question) => {
    expect(await eventTimeIn(question)).toBeUndefined()
  })

  test('whatever has no distance before, after or of something tells none', async () => {
    const word = fc.constantFrom(
      'two',
      'weeks',
      'the',
      'day',
      'trip',
      'before',
      'after',
      'of',
      'Oslo',
      'May',
      '7',
      ',',
      '?',
    )
    const tells = /\b(?:day|weeks)\s+(?:before|after|of)\s/u
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 12 }), async (some) => {
        const question = some.join(' ')
        fc.pre(!tells.test(question))
        expect(await eventTimeIn(question)).toBeUndefined()
        expect(await readQuestion(question, [0], now)).not.toHaveProperty('eventTime')
      }),
    )
  })

  test('is no time told from now, and what else the question names stays', async () => {
    expect((await readQuestion('What did I buy 2 weeks before the trip?', [0], now)).periods).toEqual([])
    const { periods } = await readQuestion('In May 2026, what did I buy 2 weeks before the trip?', [0], now)
    expect(periods.map(({ from, to }) => [dayOf(from), dayOf(to)])).toEqual([['2026-05-01', '2026-06-01']])
  })

  test('a date within the words of an event says which event it is', async () => {
    const { periods, eventTime } = await readQuestion('What broke 2 weeks before the trip last summer?', [0], now)
    expect(periods).toEqual([])
    expect(eventTime?.asked.periods.map(({ from, to }) => [dayOf(from), dayOf(to)])).toEqual([
      ['2026-06-01', '2026-09-01'],
    ])
  })
})
