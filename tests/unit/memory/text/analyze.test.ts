import { describe, expect, test } from 'bun:test'
import { analyze, analyzeQuestion } from '../../../../src/memory/text/analyze.ts'
import { languages } from '../../../../src/memory/text/languages.ts'
import { trait, traitsOf } from '../../../../src/memory/text/traits.ts'

const termsOf = (text: string) => [...analyze(text).terms.keys()]
const codeOf = (text: string) => languages[analyze(text).language]?.code

describe('Text to terms', () => {
  test('stop words go and words are stemmed in the language of the text', () => {
    expect(termsOf('Caroline has been researching adoption agencies')).toEqual([
      'carolin',
      'research',
      'adopt',
      'agenc',
    ])
    expect(termsOf('Ich mag keinen Kaffee, aber die Bücher')).toEqual(['mag', 'kaffe', 'buch'])
    expect(termsOf('Мои кошки любят рыбу')).toContain('кошк')
  })

  test.each([
    ['en', 'She has been to the market with them'],
    ['de', 'Ich habe das nicht mit dem Hund gemacht'],
    ['fr', 'Je suis allé dans la maison avec les enfants'],
    ['es', 'No tengo tiempo para los perros de la casa'],
    ['it', 'Non ho tempo per i cani della casa'],
    ['pt', 'Eu não tenho tempo para os cachorros da casa'],
    ['nl', 'Ik heb het niet met de hond gedaan'],
    ['ru', 'Я не был там с ними'],
    ['ar', 'أنا من مصر وكان هذا في القاهرة'],
  ])('stop words tell that a text is %s', (code, text) => {
    expect(codeOf(text)).toBe(code)
  })

  test.each([
    ['Japanese', '私は東京に住んでいます', '東京'],
    ['Chinese', '我住在上海市', '上海'],
    ['Thai', 'ฉันชอบกินข้าว', 'ข้าว'],
    ['Korean', '나는 서울에 살아요', '서울'],
  ])('%s, written without spaces or with endings, is found by pairs of characters', (_name, text, question) => {
    const terms = analyze(text).terms
    const asked = analyzeQuestion(question, []).terms
    expect(asked.length).toBeGreaterThan(0)
    for (const { variants } of asked) expect(variants.some((variant) => terms.has(variant))).toBe(true)
  })

  test('one character of Chinese or Japanese can be asked for', () => {
    expect(analyze('黒い猫がいる').terms.has('猫')).toBe(true)
    expect(analyzeQuestion('猫', []).terms[0]?.variants).toEqual(['猫'])
  })

  test('forms of one character, full width and typographic apostrophes are one', () => {
    expect(termsOf('Cafe\u0301 ＡＢＣ Caroline’s')).toEqual(termsOf("Café ABC Caroline's"))
  })

  test('accents do not matter in the Latin script', () => {
    expect(termsOf('Müller')).toEqual(termsOf('Muller'))
  })

  test('parts of identifiers are words, words with digits keep their form, numbers stay whole', () => {
    expect(termsOf('user_id jinja2 42.5 10:30')).toEqual(['user', 'id', 'jinja2', '42.5', '10', '30'])
  })

  test('a text of nothing but stop words stays searchable', () => {
    expect(termsOf('To be or not to be')).toEqual(['to', 'be', 'or', 'not'])
  })

  test('a stop word that is a name is a word: May, Will', () => {
    expect(termsOf('We met in May and Will was there')).toEqual(['meet', 'may', 'will'])
    expect(termsOf('May 7 was the day')).toContain('may')
    expect(termsOf('May we go? Will they?')).toEqual(['go'])
  })

  test('an irregular form is the word it stands for', () => {
    expect(termsOf('She bought her children new shoes')).toEqual(termsOf('buy a child new shoes'))
    expect(termsOf('went, taught, mice')).toEqual(['go', 'teach', 'mous'])
  })

  test('a question is stemmed in each language of its owner', () => {
    expect(analyzeQuestion('Bücher', [0, 1]).terms[0]?.variants).toEqual(['bucher', 'buch'])
  })
})

describe('What a text is for', () => {
  const has = (text: string, one: keyof typeof trait) => (traitsOf(text, analyze(text).language) & trait[one]) !== 0

  test('only asking: every sentence is a question, short greetings aside', () => {
    expect(has('What happened there? Was it good?', 'asksOnly')).toBe(true)
    expect(has('Wow, Ada! What happened there?', 'asksOnly')).toBe(true)
    expect(has('I went to the lake. What about you?', 'asksOnly')).toBe(false)
    expect(has('東京に行きましたか？', 'asksOnly')).toBe(true)
  })

  test('standing wishes', () => {
    expect(has('I prefer window seats.', 'standingWish')).toBe(true)
    expect(has('Von nun an bitte auf Deutsch antworten, und zwar immer.', 'standingWish')).toBe(true)
    expect(has('I went to the lake.', 'standingWish')).toBe(false)
  })

  test('telling when', () => {
    expect(has('I ran a race last Saturday.', 'tellsTime')).toBe(true)
    expect(has('Ich war gestern am See.', 'tellsTime')).toBe(true)
    expect(has('I like lakes.', 'tellsTime')).toBe(false)
  })
})
