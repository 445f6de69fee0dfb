import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { recall } from '../../../../src/memory/recall.ts'
import { app, callerOf, draftOf, owner, setRule, startMs } from '../../../support/memories.ts'
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

describe('Facts linked to an entity that they do not name', () => {
  const linked = [
    ['My sister works there since she came back from her year in Norway.', 'Aquarium'],
    ['My brother is allergic to it, as the doctor in Porto told us.', 'Penicillin'],
    ['We meet there every second Tuesday with the people of the choir.', 'Café Central'],
    ['The lease ends in June of next year, says the landlord.', 'Harbour Street 4'],
  ] as const
  const others = ['Tom works hard.', 'Is Ada allergic?', 'Ines is allergic.', 'We meet on Sundays.', 'The lease ends.']
  test.each([
    ['Who works at the Aquarium?', 0],
    ['Is he allergic to penicillin?', 1],
    ['When do we meet at the café central?', 2],
    ['When does the lease of Harbour Street 4 end?', 3],
  ])('%s', async (question, place) => {
    for (const [text, name] of linked) {
      await memory.add(text, { annotations: { entities: [{ name }], relations: [] } })
    }
    for (const text of others) await memory.add(text)
    expect(await first(question)).toBe(linked[place]?.[0])
  })
})

describe('That something was said', () => {
  test.each([
    [
      'What did he mention in our conversation about the roof?',
      'The roof leaks.',
      'In our conversation he mentioned a lot.',
    ],
    ['Was habe ich im Gespräch über das Dach gesagt?', 'Das Dach leckt.', 'Im Gespräch habe ich viel Unsinn gesagt.'],
  ])('counts less than what: %s', async (question, said, saying) => {
    for (const text of [said, saying, 'Rex is a golden retriever.', 'Ada drinks tea.']) await memory.add(text)
    expect(await first(question)).toBe(said)
  })

  test('is searched for where nothing else is asked', async () => {
    for (const text of ['The roof leaks.', 'The conversation was long.']) await memory.add(text)
    expect(await first('our conversation')).toBe('The conversation was long.')
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

  test('of what answers equally well the newest comes first', async () => {
    const places = ['Rome', 'Oslo', 'Quito', 'Lima']
    for (const place of places) await memory.add(`We dined in ${place}.`)
    const contents = (await memory.ask('Where have we dined?')).map((hit) => hit.memory.content)
    expect(contents).toEqual(places.toReversed().map((place) => `We dined in ${place}.`))
  })

  test('a quotation finds the text that has all of its words', async () => {
    await memory.add('The river runs past the blue house, past the mill.')
    await memory.add('The house is blue.')
    expect(await first('Who wrote "past the mill"?')).toStartWith('The river')
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

  test('with explain, of a question of very many words the fifty are told that count most for what was found', async () => {
    const words = Array.from({ length: 120 }, (_, n) => `word${n}`)
    const last = words.slice(60)
    // The first sixty are as rare, and in what is not among the hits.
    await memory.add(words.slice(0, 60).join(' '), { categories: ['others'] })
    await memory.add(last.join(' '), { categories: ['asked'] })
    await memory.add(`${last.slice(0, 20).join(' ')} and more`, { categories: ['more'] })
    const [hit, ...rest] = await memory.ask(words.join(' '), { explain: true, categories: ['asked'] })
    expect(rest).toEqual([])
    const { words: parts, terms = [] } = hit?.why.details ?? {}
    expect(terms).toHaveLength(50)
    // Of its sixty the rarer forty, and some of those that another one has too.
    expect(terms.map(({ word }) => word)).toEqual(expect.arrayContaining(last.slice(20)))
    const score = hit?.why.lists.find(({ name }) => name === 'words')?.score ?? 0
    expect((parts?.own ?? 0) + (parts?.beside ?? 0) + (parts?.thread ?? 0)).toBeCloseTo(score, 9)
    expect(terms.reduce((sum, term) => sum + term.score, 0)).toBeLessThan(score)
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
    await setRule(engine.store, owner('ada'), rule)
    expect(await recall(engine, callerOf('ada', 'other'), { query: 'zeppelin', limit: 5 })).toEqual([])
  })
})
