import { describe, expect, test } from 'bun:test'
import { readQuestion } from '../../../../src/memory/rank/question.ts'

const now = Date.UTC(2026, 10, 1)
const periods = async (text: string) => (await readQuestion(text, [0], now)).periods
const within = async (text: string, time: string) =>
  (await periods(text)).some(({ from, to }) => Date.parse(time) >= from && Date.parse(time) < to)

describe('What a question names', () => {
  test.each([
    ['What did we do on 7 May 2023?', '2023-05-07T18:00:00Z', '2023-05-20T00:00:00Z'],
    ['What happened in May 2023?', '2023-05-31T12:00:00Z', '2023-06-02T00:00:00Z'],
    ['Who called yesterday?', '2026-10-31T12:00:00Z', '2026-10-20T12:00:00Z'],
    ['What did we do last summer?', '2026-07-10T12:00:00Z', '2025-07-10T12:00:00Z'],
    ['Where were we in the summer of 2024?', '2024-08-31T12:00:00Z', '2024-09-01T12:00:00Z'],
    ['What did I do last winter?', '2026-01-15T12:00:00Z', '2026-11-01T00:00:00Z'],
    ['What is planned for next spring?', '2027-04-01T00:00:00Z', '2026-04-01T00:00:00Z'],
    ['What happened last week?', '2026-10-19T12:00:00Z', '2026-10-26T12:00:00Z'],
    ['What happened last month?', '2026-10-02T12:00:00Z', '2026-09-30T12:00:00Z'],
    ['What did we buy last year?', '2025-12-31T12:00:00Z', '2026-01-01T12:00:00Z'],
    ['Which books did I read in 2023?', '2023-06-01T00:00:00Z', '2024-01-01T00:00:00Z'],
    ['Who came between May 3 and May 8, 2026?', '2026-05-06T12:00:00Z', '2026-05-20T12:00:00Z'],
    ['What has happened since March?', '2026-09-01T12:00:00Z', '2027-03-10T12:00:00Z'],
    ['Who has called since Monday?', '2026-10-27T12:00:00Z', '2026-10-20T12:00:00Z'],
    ['What did I do in March?', '2026-03-31T12:00:00Z', '2027-03-10T12:00:00Z'],
    ['What did I do on December 24?', '2025-12-24T12:00:00Z', '2026-12-24T12:00:00Z'],
    ['What did we eat on Monday?', '2026-10-26T12:00:00Z', '2026-11-02T12:00:00Z'],
    ['What will happen in March?', '2027-03-10T12:00:00Z', '2026-03-10T12:00:00Z'],
    ['Where are we going to be on December 24?', '2026-12-24T12:00:00Z', '2025-12-24T12:00:00Z'],
    ['Who came between October and December?', '2026-11-20T12:00:00Z', '2025-12-10T12:00:00Z'],
    ['What did I plan two weeks ago?', '2026-10-18T12:00:00Z', '2026-10-01T12:00:00Z'],
  ])('%s', async (question, inside, outside) => {
    expect(await within(question, inside)).toBe(true)
    expect(await within(question, outside)).toBe(false)
  })

  test('dates are read in the first 500 characters, and quotations up to the sixteenth', async () => {
    const words = 'and what else there was '.repeat(100)
    expect(await periods(`${words.slice(0, 485)} on 7 May 2023?`)).toHaveLength(1)
    expect(await periods(`${words.slice(0, 500)} on 7 May 2023?`)).toEqual([])
    const quoted = Array.from({ length: 20 }, (_, n) => `"red${n} boat${n}"`).join(' ')
    expect((await readQuestion(quoted, [0], now)).quotations).toHaveLength(16)
  })

  test('a number or a name is no date', async () => {
    expect(await periods('How many of the 3 dogs may swim?')).toEqual([])
    expect(await periods('Who is April?')).toHaveLength(1)
    expect(await periods('What breed is Rex?')).toEqual([])
  })

  test('names and numbers are told from other words', async () => {
    const { terms } = await readQuestion('Where did Gina buy 3 lamps?', [0], now)
    expect(terms.filter(({ name }) => name).map(({ word }) => word.surface)).toEqual(['Gina', '3'])
  })

  test.each([
    ['What did I mention about the lamp?', ['mention']],
    ['Was habe ich über die Lampe gesagt?', ['gesagt']],
    ['¿Qué salió en la conversación sobre la lámpara?', ['conversación']],
  ])('verbs of saying are told from what was said: %s', async (question, saying) => {
    const { terms } = await readQuestion(question, [0], now)
    expect(terms.filter((term) => term.saying).map(({ word }) => word.lower)).toEqual(saying)
  })

  test('a quotation is the places of its words', async () => {
    const { terms, quotations } = await readQuestion('Who said "past the mill" to Ada?', [0], now)
    expect(quotations.map((places) => places.map((place) => terms[place]?.word.lower))).toEqual([['past', 'mill']])
  })

  test('asking when, and asking what an assistant said', async () => {
    expect(await readQuestion('When was it?', [0], now)).toMatchObject({ asksTime: true, asksAssistant: false })
    expect(await readQuestion('What did you recommend?', [0], now)).toMatchObject({ asksAssistant: true })
  })
})
