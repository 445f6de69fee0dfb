import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { recall } from '../../../../src/memory/recall.ts'
import { app, callerOf, draftOf, owner, policyAt, startMs } from '../../../support/memories.ts'
import { openRecall, type Recall } from '../../../support/recall.ts'

let memory: Recall
beforeEach(() => {
  memory = openRecall()
})
afterEach(() => memory.close())

const first = async (query: string, parts = {}) => (await memory.ask(query, parts))[0]?.memory.content

describe('Single facts, as tools send them', () => {
  const facts = [
    'Rex is a golden retriever who is afraid of thunder.',
    'Ada drinks green tea in the morning.',
    'The boiler was repaired by Mr Novak in March 2025.',
    'Her sister Ines lives in Lisbon and teaches the cello.',
    'The wifi password of the cabin hangs behind the door.',
  ]
  test.each([
    ['What breed is Rex?', 0],
    ['what is the dog scared of, thunder?', 0],
    ['What does Ada drink?', 1],
    ['Who repairs boilers?', 2],
    ['Where does Ines live?', 3],
    ['cabin password', 4],
  ])('%s', async (question, place) => {
    for (const fact of facts) await memory.add(fact)
    expect(await first(question)).toBe(facts[place])
  })

  test('a fact that shares no word with a question is no hit', async () => {
    for (const fact of facts) await memory.add(fact)
    expect(await memory.ask('zeppelin')).toEqual([])
  })
})

describe('Corrections', () => {
  test('what was corrected is not what is found, unless one asks for that time', async () => {
    const { engine } = memory
    const id = await memory.add('Ines lives in Lisbon.')
    const draft = draftOf('Ines lives in Porto.')
    await engine.store.supersede(owner('ada'), app('app'), id as never, draft, { at: startMs })
    const found = async (parts = {}) =>
      (await memory.ask('Where does Ines live?', parts)).map((hit) => hit.memory.content)
    expect(await found()).toEqual(['Ines lives in Porto.'])
    expect(await found({ asOf: startMs - 3_600_000 })).toEqual(['Ines lives in Lisbon.'])
  })

  test('an edited text is found by its new words and no more by the old ones', async () => {
    const { engine } = memory
    const id = await memory.add('The boat is blue.')
    const content = { text: 'The boat is crimson.', hash: 'another' }
    await engine.store.update(owner('ada'), app('app'), id as never, { content }, { at: startMs })
    expect(await first('crimson boat')).toBe('The boat is crimson.')
    expect(await memory.ask('blue')).toEqual([])
  })
})

describe('Eight languages', () => {
  test.each([
    ['German', ['Meine Schwester wohnt in Hamburg.', 'Ich mag keinen Kaffee.'], 'Wo wohnen meine Schwestern?'],
    ['French', ['Le chat de ma mère dort toujours.', "J'ai acheté du pain."], 'Qui a des chats ?'],
    ['Spanish', ['Mi hermano trabaja en Madrid.', 'El perro duerme.'], '¿Dónde trabajan mis hermanos?'],
    ['Russian', ['Мои кошки любят рыбу.', 'Сегодня идёт дождь.'], 'Что любит кошка?'],
    ['Arabic', ['أحب القهوة في الصباح', 'السيارة زرقاء'], 'متى أشرب القهوة؟'],
    ['Japanese', ['私は東京に住んでいます。', '猫が好きです。'], '東京のどこですか'],
    ['Chinese', ['我妹妹住在上海。', '我喜欢喝绿茶。'], '谁住在上海?'],
    ['Thai', ['ฉันชอบกินข้าวเหนียวมะม่วง', 'แมวของฉันสีดำ'], 'ข้าวเหนียว'],
  ])('%s', async (_language, texts, question) => {
    for (const text of texts) await memory.add(text)
    expect(await first(question)).toBe(texts[0])
  })
})

describe('Conversations', () => {
  test('an answer is found by the words of what was asked before it', async () => {
    const thread = { threadId: 'a talk' }
    await memory.add('Where did you spend the summer holiday?', thread)
    await memory.add('In a hut near the lake, with my brother.', thread)
    await memory.add('The printer is out of paper.')
    const contents = (await memory.ask('Where was the summer holiday spent?')).map((hit) => hit.memory.content)
    expect(contents.slice(0, 2)).toContain('In a hut near the lake, with my brother.')
  })

  test('who is named in a question is looked for among the speakers', async () => {
    await memory.add('I adopted a puppy.', { speaker: { kind: 'other', name: 'Gina' } })
    await memory.add('I adopted a puppy too, would you believe it.', { speaker: { kind: 'other', name: 'Jon' } })
    expect(await first('What did Jon adopt?')).toStartWith('I adopted a puppy too')
    const [hit] = await memory.ask('What did Jon adopt?')
    expect(hit?.why.boosts.map(({ name }) => name)).toContain('speaker')
  })

  test('what the person said counts more than what an assistant answered', async () => {
    await memory.add('Running shoes should be replaced.', { speaker: { kind: 'assistant' } })
    await memory.add('I bought running shoes in size 42.')
    expect(await first('Which running shoes have I?')).toBe('I bought running shoes in size 42.')
  })

  test('an instruction of the person is found beside what the question is about', async () => {
    for (const place of ['Rome', 'Oslo', 'Quito', 'Lima', 'Bern', 'Riga']) {
      await memory.add(`In ${place} the weather was the reason why we went to the weather museum of ${place}.`)
    }
    await memory.add('Always tell me temperatures in Celsius when I ask about the weather.')
    const hits = await memory.ask('How is the weather in Rome?', { limit: 3 })
    const instruction = hits.find(({ memory: { content } }) => content.startsWith('Always'))
    expect(instruction?.why.lists).toContainEqual({ name: 'instructions', rank: 1, score: 1 })
    expect(hits[0]?.memory.content).toStartWith('In Rome')
  })

  test('another person’s always is a habit, and a long text is no instruction', async () => {
    await memory.add('Always tea in the morning!', { speaker: { kind: 'other', name: 'Gina' } })
    await memory.add(`Make sure to water the tea plant. ${'It grows by the window. '.repeat(40)}`)
    for (const { why } of await memory.ask('tea')) expect(why.lists.map(({ name }) => name)).toEqual(['words'])
  })

  test('whoever asks for a summary is given the answers of the assistant too', async () => {
    const thread = { threadId: 'garden' }
    await memory.add('How do I plant roses?', thread)
    const answer = await memory.add('Plant roses in spring, in deep soil.', {
      ...thread,
      speaker: { kind: 'assistant' },
    })
    const boosts = async (query: string) =>
      (await memory.ask(query)).find(({ memory: { id } }) => id === answer)?.why.boosts.map(({ name }) => name)
    expect(await boosts('Which roses did I plant?')).toContain('speaker')
    expect(await boosts('Summarize what we said about roses')).not.toContain('speaker')
  })

  test('a date in a question finds what happened then', async () => {
    await memory.add('We went hiking.', { occurredAt: Date.UTC(2026, 4, 7), threadId: 'may' })
    await memory.add('We went hiking again.', { occurredAt: Date.UTC(2026, 7, 7), threadId: 'august' })
    expect(await first('What did we do hiking in May 2026?')).toBe('We went hiking.')
    expect(await first('Where were we hiking in August 2026?')).toBe('We went hiking again.')
  })

  test('a quotation finds the text that has all of its words', async () => {
    await memory.add('The river runs past the blue house, past the mill.')
    await memory.add('The house is blue.')
    expect(await first('Who wrote "past the mill"?')).toStartWith('The river')
  })
})

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

  test('costs one read of ids and one of memories, however many tell of it, and nothing without such a time', async () => {
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
    const store: typeof engine.store = {
      ...engine.store,
      get: (...asked) => {
        reads += 1
        return engine.store.get(...asked)
      },
    }
    const readsFor = async (query: string) => {
      reads = 0
      await recall({ index, store, embedder: undefined }, callerOf('ada', 'app'), { query, limit: 10 })
      return reads
    }
    expect(await readsFor('What did I do on the trip?')).toBe(2)
    expect(await readsFor('What did I do two weeks before the trip?')).toBe(4)
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
    await engine.store.setRule(owner('ada'), rule)
    expect(await found(question)).toEqual(['I bought a flag.'])
    expect(await dated(question)).toEqual([])
  })
})

describe('Filters and why', () => {
  test('every hit tells its list, its rank there and its words', async () => {
    await memory.add('Ada drinks green tea.')
    const [hit] = await memory.ask('green tea')
    expect(hit?.why).toEqual({ lists: [{ name: 'words', rank: 1, score: 1 }], boosts: [], matched: ['green', 'tea'] })
  })

  test('with explain, the parts of a score add up to it, by field and by word', async () => {
    const thread = { threadId: 'a talk' }
    await memory.add('Ada drinks green tea.', thread)
    await memory.add('Every morning, at the window.', thread)
    await memory.add('The tea pot is green too.')
    const hits = await memory.ask('green tea window', { explain: true })
    expect(hits).toHaveLength(3)
    for (const { why } of hits) {
      const score = why.lists.find(({ name }) => name === 'words')?.score ?? 0
      const { words, terms } = why.details ?? { words: { own: 0, beside: 0, thread: 0 }, terms: [] }
      expect(words.own + words.beside + words.thread).toBeCloseTo(score, 9)
      expect(terms.reduce((sum, term) => sum + term.score, 0)).toBeCloseTo(score, 9)
    }
    const beside = hits.find(({ memory: { content } }) => content.startsWith('Every'))
    expect(beside?.why.details?.terms.map(({ word }) => word).sort()).toEqual(['green', 'tea', 'window'])
    expect((await memory.ask('green tea'))[0]?.why).not.toHaveProperty('details')
  })

  test('what scores less than the threshold is left out', async () => {
    await memory.add('Ada drinks green tea.')
    await memory.add('A green door, far away from here, leads into the garden of the neighbours.')
    expect(await memory.ask('green tea')).toHaveLength(2)
    expect((await memory.ask('green tea', { threshold: 0.9 })).map((hit) => hit.memory.content)).toEqual([
      'Ada drinks green tea.',
    ])
    expect(await memory.ask('green tea', { threshold: 2 })).toEqual([])
  })

  test('a word of a script without spaces is matched by the pairs of its characters', async () => {
    await memory.add('私は東京に住んでいます。')
    const [hit] = await memory.ask('東京はどこ', { explain: true })
    expect(hit?.why.matched).toEqual(['東京'])
    expect(hit?.why.details?.terms.map(({ word }) => word)).toEqual(['東京'])
  })

  test('categories, app, thread and time are filters', async () => {
    const tea = await memory.add('tea at home', { categories: ['drinks'], threadId: 'one', occurredAt: 1_000 })
    await memory.add('tea at work', { threadId: 'two', occurredAt: 9_000 })
    const ids = async (parts: object) => (await memory.ask('tea', parts)).map((hit) => hit.memory.id)
    for (const parts of [{ categories: ['drinks'] }, { thread: 'one' }, { to: 5_000 }]) {
      expect(await ids(parts)).toEqual([tea as never])
    }
    expect(await ids({ appId: 'other' })).toEqual([])
    expect(await ids({ thread: 'none' })).toEqual([])
  })

  test('what is paused, erased or another owner’s is not found, nor does it lend words to its neighbours', async () => {
    const { engine } = memory
    const thread = { threadId: 'talk' }
    const secret = await memory.add('The zeppelin is grey.', thread)
    await memory.add('Yes, it is.', thread)
    expect(await memory.ask('zeppelin')).toHaveLength(2)
    await engine.store.setState(owner('ada'), app('app'), [secret as never], 'paused', { at: startMs })
    expect(await memory.ask('zeppelin')).toEqual([])
    await engine.store.setState(owner('ada'), app('app'), [secret as never], 'active', { at: startMs })
    expect(await memory.ask('zeppelin')).toHaveLength(2)
    expect(await recall(engine, callerOf('bob', 'app'), { query: 'zeppelin', limit: 5 })).toEqual([])
    await engine.store.delete(owner('ada'), app('app'), [secret as never], { at: startMs })
    expect(await memory.ask('zeppelin')).toEqual([])
  })

  test('an app that may read only its own is not helped by what others wrote', async () => {
    const { engine } = memory
    await memory.add('The zeppelin is grey.', { threadId: 'talk' })
    const rule = { appId: app('other'), paused: false, read: 'own', write: 'all', categories: undefined } as const
    await engine.store.setRule(owner('ada'), rule)
    expect(await recall(engine, callerOf('ada', 'other'), { query: 'zeppelin', limit: 5 })).toEqual([])
  })
})
