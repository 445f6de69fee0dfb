import { describe, expect, test } from 'bun:test'
import { datesIn } from '../../../src/memory/extract/dates.ts'
import { emailsIn, linksIn } from '../../../src/memory/extract/links.ts'
import { namesIn } from '../../../src/memory/extract/names.ts'
import { entitiesIn } from '../../../src/memory/extract/rules.ts'
import { annotationsAfter, entityKey, knowledgeOf } from '../../../src/memory/graph/knowledge.ts'
import { graphLimits, noAnnotations } from '../../../src/memory/graph/schema.ts'

describe('Rules that find entities', () => {
  test('RFC 3986: links end before the punctuation of the sentence', () => {
    expect(linksIn('See (https://example.com/a?b=c#d), or http://localhost:8080/x. Not ftp://x.')).toEqual([
      'https://example.com/a?b=c#d',
      'http://localhost:8080/x',
    ])
  })

  test('RFC 5321 section 4.1.2: addresses, each once', () => {
    expect(emailsIn('ada.l+x@mail.example.co.uk, ada.l+x@mail.example.co.uk; not a@b nor @c.de')).toEqual([
      'ada.l+x@mail.example.co.uk',
    ])
  })

  test.each([
    ['on 2023-05-07', ['2023-05-07']],
    ['on 7 May 2023 and May 8th, 2023', ['2023-05-07', '2023-05-08']],
    ['am 7. März 2023', ['2023-03-07']],
    ['el 7 de mayo de 2023', ['2023-05-07']],
    ['le 14 juillet 2024', ['2024-07-14']],
    ['7 мая 2023', ['2023-05-07']],
    ['on 31 February 2023, 2023-13-01 or in May 2023', []],
  ])('days named in full: %s', (text, days) => {
    expect(datesIn(text)).toEqual(days)
  })

  test.each([
    ['Yesterday I met Grace Hopper at the Charles Bridge.', ['Grace Hopper', 'Charles Bridge']],
    ['We flew to Lisbon. Later we drove to Porto on Monday.', ['Lisbon', 'Porto']],
    ['My code is on GitHub; Ada’s too.', ['GitHub', 'Ada']],
    ['Meeting tomorrow. Bring the papers.', []],
    ['In May I will see Simone de Beauvoir.', ['Simone de Beauvoir']],
    ['Ich habe gestern im Garten mit Anna Schmidt einen Baum gepflanzt.', ['Anna Schmidt']],
    ['Вчера я встретил в театре Анну Каренину.', ['Анну Каренину']],
    ['Dans la maison. Avec Paul et Le.', ['Paul']],
    ['東京でコーヒーを飲んだ。', []],
  ])('names by their capitals: %s', (text, names) => {
    expect([...namesIn(text)]).toEqual(names)
  })

  test('what one rule has taken the next does not see', () => {
    expect(entitiesIn('Write to Grace.Hopper@Example.com about https://Example.com/Big/Page')).toEqual([
      { name: 'https://Example.com/Big/Page', kind: 'link' },
      { name: 'grace.hopper@example.com', kind: 'email' },
    ])
  })
})

describe('What a memory is about', () => {
  const said = (content: string, annotations = noAnnotations, speaker = { kind: 'self' } as const) => ({
    content,
    annotations,
    speaker,
  })

  test('the writer’s word counts before the model’s, and that before a rule’s', () => {
    const { mentions, relations } = knowledgeOf(
      said('We saw Grace in Rome.', { entities: [{ name: 'Grace', kind: 'person' }], relations: [] }),
      {
        entities: [{ name: 'rome', kind: 'place' }],
        relations: [{ subject: 'Grace', predicate: 'Is in', object: 'Rome' }],
      },
    )
    expect(mentions).toEqual([
      { key: 'grace', name: 'Grace', kind: 'person', origin: 'given' },
      { key: 'rome', name: 'rome', kind: 'place', origin: 'model' },
    ])
    expect(relations).toEqual([{ subject: 'grace', predicate: 'is_in', object: 'rome', origin: 'model' }])
  })

  test('who said it is one of the entities', () => {
    const speaker = { kind: 'other', name: 'Caroline' } as const
    expect(knowledgeOf({ ...said('hello there'), speaker }).mentions).toMatchObject([
      { key: 'caroline', kind: 'person' },
    ])
  })

  test('there is a bound to both', () => {
    const entities = Array.from({ length: 80 }, (_, n) => ({ name: `e${n}` }))
    const relations = Array.from({ length: 80 }, (_, n) => ({ subject: 'e0', predicate: `p${n}`, object: 'e1' }))
    const known = knowledgeOf(said('x', { entities, relations }))
    expect([known.mentions.length, known.relations.length]).toEqual([graphLimits.entities, graphLimits.relations])
  })

  test('names are compared without case, composition and spacing', () => {
    expect(entityKey('  Ame\u0301lie \n Poulain')).toBe(entityKey('AMÉLIE POULAIN'))
  })

  describe('a new text keeps the annotations that it names', () => {
    const annotations = {
      entities: [{ name: 'Rex' }, { name: 'Bo' }, { name: 'Cardiologist' }],
      relations: [
        { subject: 'Rex', predicate: 'likes', object: 'Bo' },
        { subject: 'Bo', predicate: 'sees', object: 'Cardiologist' },
      ],
    }
    const old = said('Rex likes Bo.', annotations)
    const namesAfter = (text: string, names: readonly string[]) =>
      annotationsAfter(said('old', { entities: names.map((name) => ({ name })), relations: [] }), text).entities.map(
        ({ name }) => name,
      )

    test('and no other, be it one that the old text did not name', () => {
      expect(annotationsAfter(old, 'Bo is alone.')).toEqual({ entities: [{ name: 'Bo' }], relations: [] })
      expect(annotationsAfter(old, 'bo and REX play')).toEqual({
        entities: [{ name: 'Rex' }, { name: 'Bo' }],
        relations: [{ subject: 'Rex', predicate: 'likes', object: 'Bo' }],
      })
    })

    test('all of them where only case or spacing is another', () => {
      expect(annotationsAfter(old, 'rex  likes\nbo.')).toEqual(annotations)
    })

    test('a name inside of a word is not named; where words have no spaces between them, it is', () => {
      expect(namesAfter('We started late.', ['Art', 'late'])).toEqual(['late'])
      expect(namesAfter('妹は水族館で働いています。', ['水族館', '病院'])).toEqual(['水族館'])
      expect(namesAfter("Anna's C++ course", ['Anna', 'C++'])).toEqual(['Anna', 'C++'])
    })

    test('who speaks is named', () => {
      const speaker = { kind: 'other', name: 'Caroline' } as const
      const relations = [{ subject: 'Caroline', predicate: 'works_at', object: 'Acme' }]
      const before = { content: 'I work there.', annotations: { entities: [], relations }, speaker }
      expect(annotationsAfter(before, 'I work at Acme.').relations).toEqual(relations)
    })
  })
})
