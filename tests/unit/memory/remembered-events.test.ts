import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { recall } from '../../../src/memory/recall.ts'
import { app, callerOf, draftOf, owner, policyAt, setRule } from '../../support/memories.ts'
import { openRecall, type Recall } from '../../support/recall.ts'

let memory: Recall
beforeEach(() => {
  memory = openRecall()
})
afterEach(() => memory.close())

describe('Times told from an event', () => {
  const day = 86_400_000
  const trip = Date.UTC(2026, 4, 20)
  /** What was bought, by days from the trip. */
  const bought = new Map([
    [-40, 'I bought a tent.'],
    [-14, 'I bought a rain coat.'],
    [-1, 'I bought a sandwich.'],
    [0, 'We flew off for the trip to Oslo.'],
    [2, 'I bought a ship in a bottle.'],
    [7, 'I bought a frame.'],
    [60, 'I bought a map of Rome.'],
  ])
  const addAll = async (parts = {}) => {
    for (const [days, text] of bought) await memory.add(text, { occurredAt: trip + days * day, ...parts })
  }
  const found = async (query: string, parts = {}) => (await memory.ask(query, parts)).map((hit) => hit.memory.content)
  const dated = async (query: string, parts = {}) =>
    (await memory.ask(query, { limit: 10, ...parts }))
      .filter(({ why }) => why.boosts.some(({ name }) => name === 'date'))
      .map((hit) => hit.memory.content)

  test.each([
    ['What did I buy two weeks before the trip to Oslo?', -14],
    ['What did I buy the day before the trip?', -1],
    ['What did I buy a week after the trip to Oslo?', 7],
    ['What did I buy two months after the Oslo trip?', 60],
  ])('%s', async (question, days) => {
    await addAll()
    expect((await found(question)).filter((text) => text !== bought.get(0))[0]).toBe(bought.get(days) ?? '')
  })

  test('the week of an event is all that happened in it, from Monday on', async () => {
    await addAll()
    expect((await dated('What did I buy in the week of the trip?')).toSorted()).toEqual(
      [bought.get(-1), bought.get(0), bought.get(2)].map(String).toSorted(),
    )
  })

  test('the answer says from which memory the time was told, and which time that is', async () => {
    await addAll()
    const hits = await memory.ask('What did I buy two weeks before the trip to Oslo?', { limit: 10 })
    const event = hits.find(({ memory: { content } }) => content === bought.get(0))?.memory.id
    const told = hits.filter(({ why }) => why.events !== undefined)
    expect(told.map(({ memory: { content } }) => content)).toEqual(['I bought a rain coat.'])
    expect(told[0]?.why).toMatchObject({
      boosts: [{ name: 'date' }],
      events: [{ phrase: 'two weeks before the trip to Oslo', event, from: trip - 17 * day, to: trip - 10 * day }],
    })
  })

  test('a day that the text names in full counts before the day on which it was told', async () => {
    await addAll()
    await memory.add('The wedding is on 3 June 2026.', { occurredAt: trip - 30 * day })
    expect(await dated('What did I buy a week before the wedding?')).toEqual(['I bought a frame.'])
  })

  test.each([
    ['The flood in our cellar was last Friday.', '2024-02-02'],
    ['Yesterday was the flood in our cellar!', '2024-02-05'],
    ['The flood in our cellar was last week, in the night.', '2024-02-01'],
    ['The flood in our cellar was terrible.', '2024-02-06'],
  ])('an event was when its text says, from when it was stored: %s', async (text, day) => {
    // Stored on Tuesday, 6 February 2024.
    const event = await memory.add(text)
    await memory.add('I bought a pump.', { occurredAt: Date.parse(day) })
    const [hit] = await memory.ask('What did I buy on the day of the flood?')
    expect(hit?.why.events).toMatchObject([{ event, from: Date.parse(day) }])
  })

  test('an event told on two days gives both times, one told on many days none', async () => {
    await addAll()
    await memory.add('We went on a trip again.', { occurredAt: trip + 62 * day })
    expect((await dated('What did I buy two days before the trip?')).toSorted()).toEqual([
      'I bought a map of Rome.',
      'I bought a sandwich.',
    ])
    for (const days of [100, 200, 300]) await memory.add(`Trip ${days}.`, { occurredAt: trip + days * day })
    expect(await dated('What did I buy two days before the trip?')).toEqual([])
  })

  test('costs one read of memories, however many tell of it, and nothing without such a time', async () => {
    const { engine } = memory
    for (let told = 0; told < 20; told++) await memory.add(`Trip ${told}, day one.`, { occurredAt: trip })
    let reads = 0
    const index: typeof engine.index = {
      ...engine.index,
      memoriesAt: (...asked) => {
        reads += 1
        return engine.index.memoriesAt(...asked)
      },
    }
    const readsFor = async (query: string) => {
      reads = 0
      await recall({ index, store: engine.store, embedder: undefined }, callerOf('ada', 'app'), { query, limit: 10 })
      return reads
    }
    expect(await readsFor('What did I do on the trip?')).toBe(1)
    expect(await readsFor('What did I do two weeks before the trip?')).toBe(2)
  })

  test('dates within the words of an event say which one it is', async () => {
    await addAll()
    await memory.add('We went on a trip again.', { occurredAt: trip + 62 * day })
    expect(await dated('What did I buy two days before the trip in May 2026?')).toEqual(['I bought a sandwich.'])
    expect(await dated('What did I buy two days before the trip last summer?')).toEqual(['I bought a map of Rome.'])
    const hits = await memory.ask('What did I buy two days before the trip last winter?', { limit: 10 })
    expect(hits.flatMap(({ why }) => why.events ?? [])).toEqual([])
  })

  test('an event that no memory tells of, or only asks about, changes nothing', async () => {
    await addAll()
    await memory.add('When is the concert?', { occurredAt: trip })
    for (const event of ['concert', 'flood', 'trip to Madrid in the rain', 'it']) {
      const hits = await memory.ask(`What did I buy two weeks before the ${event}?`)
      expect(hits.flatMap(({ why }) => [...why.boosts, ...(why.events ?? [])])).toEqual([])
    }
  })

  test('an event that nothing tells of leaves the answer of the question without it', async () => {
    await addAll()
    const plain = await memory.ask('What did I buy?', { limit: 10 })
    const event = fc.stringMatching(/^zz[a-z]{1,8}( zz[a-z]{1,8})?$/)
    const distance = fc.constantFrom(
      'two weeks before',
      '3 days after',
      'the day before',
      'in the week of',
      'a year after',
    )
    await fc.assert(
      fc.asyncProperty(distance, event, async (away, words) => {
        expect(await memory.ask(`What did I buy ${away} the ${words}?`, { limit: 10 })).toEqual(plain)
      }),
    )
  })

  test('an event is found by who it belongs to among the speakers', async () => {
    await addAll()
    for (const [name, days] of [
      ['Gina', 0],
      ['Jon', 61],
    ] as const) {
      const speaker = { kind: 'other', name } as const
      await memory.add(`${days} guests came to my wedding.`, { occurredAt: trip + days * day, speaker })
    }
    expect(await dated("What did I buy a day before Jon's wedding?")).toEqual(['I bought a map of Rome.'])
    expect(await dated("What did I buy a day before Gina's wedding?")).toEqual(['I bought a sandwich.'])
    expect(await dated("What did I buy a day before Tom's wedding?")).toEqual([])
  })

  test('an event that the app may not read, or that a filter leaves out, is not known', async () => {
    const { engine } = memory
    const launch = draftOf('The launch was loud.', { occurredAt: trip + 14 * day, categories: ['secret'] })
    await engine.store.add(owner('ada'), app('diary'), [launch], policyAt())
    await memory.add('I bought a flag.', { occurredAt: trip, categories: ['home'] })
    const question = 'What did I buy two weeks before the launch?'
    expect(await dated(question)).toEqual(['I bought a flag.'])
    expect(await dated(question, { to: trip + 10 * day })).toEqual([])
    const rule = { appId: app('app'), paused: false, read: 'all', write: 'all', categories: ['home'] } as const
    await setRule(engine.store, owner('ada'), rule)
    expect(await found(question)).toEqual(['I bought a flag.'])
    expect(await dated(question)).toEqual([])
  })
})
