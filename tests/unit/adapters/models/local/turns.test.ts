import { describe, expect, test } from 'bun:test'
import { takeTurns } from '../../../../../src/adapters/models/local/turns.ts'

/** Work that is done when it is told to: the texts in the order in which they were taken. */
function openTurns() {
  const taken: string[] = []
  const done = new Map<string, (vector: Float32Array) => void>()
  const turns = takeTurns((text) => {
    taken.push(text)
    return new Promise((resolve) => done.set(text, resolve))
  })
  const finish = async (text: string) => {
    done.get(text)?.(Float32Array.of(text.length))
    await Bun.sleep(0)
  }
  return { turns, taken, finish }
}

describe('Turns', () => {
  test('one text at a time, in the order they came, a question before all that wait', async () => {
    const { turns, taken, finish } = openTurns()
    const texts = ['a', 'bb', 'ccc'].map((text) => turns.ask(text))
    const question = turns.ask('question', { first: true })
    expect(taken).toEqual(['a'])
    for (const text of ['a', 'question', 'bb', 'ccc']) await finish(text)
    expect(taken).toEqual(['a', 'question', 'bb', 'ccc'])
    expect((await Promise.all([...texts, question])).map(([length]) => length)).toEqual([1, 2, 3, 8])
  })

  test('who stops waiting is refused at once, and the work goes to the others', async () => {
    const { turns, taken, finish } = openTurns()
    const first = turns.ask('first')
    const abort = new AbortController()
    const second = turns.ask('second', { signal: abort.signal, first: true })
    const third = turns.ask('third')
    abort.abort(new Error('too late'))
    await expect(second).rejects.toMatchObject({ kind: 'unavailable', code: 'embedder_unavailable' })
    for (const text of ['first', 'third']) await finish(text)
    expect(taken).toEqual(['first', 'third'])
    await Promise.all([first, third])
    await expect(turns.ask('late', { signal: abort.signal })).rejects.toMatchObject({ kind: 'unavailable' })
  })

  test('a failure is of its text alone', async () => {
    const turns = takeTurns(async (text) => {
      if (text === 'bad') throw new Error('no')
      return Float32Array.of(1)
    })
    const answers = await Promise.allSettled(['good', 'bad', 'good'].map((text) => turns.ask(text)))
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  test('closing refuses who waits and whoever comes', async () => {
    const { turns } = openTurns()
    const waiting = [turns.ask('first'), turns.ask('second')]
    turns.close()
    await expect(waiting[1]).rejects.toMatchObject({ kind: 'unavailable' })
    await expect(turns.ask('third')).rejects.toMatchObject({ kind: 'unavailable' })
  })
})
