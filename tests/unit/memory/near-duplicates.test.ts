import { describe, expect, test } from 'bun:test'
import { openSqliteMemoryStore } from '../../../src/adapters/sqlite/memory/store.ts'
import { likenessTo, nearDuplicates } from '../../../src/memory/near-duplicates.ts'
import type { Memory } from '../../../src/memory/schema.ts'
import { callerOf, draftOf, policyAt, setRule } from '../../support/memories.ts'

const likeness = (left: string, right: string) => likenessTo(left)(right)

describe('how alike two texts are', () => {
  test('the same but for case and spacing is 1, nothing shared is 0', () => {
    expect(likeness('Rex is  a dog', 'rex is a Dog')).toBe(1)
    expect(likeness('abcdef', 'uvwxyz')).toBe(0)
    expect(likeness('', '')).toBe(1)
    expect(likeness('a', 'b')).toBe(0)
  })

  test('a changed word leaves it high, another fact low, in any script', () => {
    expect(
      likeness('Grace lives in Lyon with her two cats.', 'Grace lives in Rome with her two cats.'),
    ).toBeGreaterThan(0.7)
    expect(likeness('Grace lives in Lyon.', 'The ferry leaves at nine.')).toBeLessThan(0.2)
    expect(likeness('毎朝緑茶を飲みます。', '毎朝紅茶を飲みます。')).toBeGreaterThan(0.4)
  })
})

describe('near duplicates of what was just written', () => {
  test('are reported with their likeness, without the model; other memories, and another owner’s, are not', async () => {
    const { store, index } = openSqliteMemoryStore({ path: ':memory:' })
    const [caller, stranger] = [callerOf('ada', 'chat'), callerOf('eve', 'chat')]
    const add = async (by: typeof caller, text: string): Promise<Memory> => {
      const [outcome] = await store.add(by.ownerId, by.appId, [draftOf(text)], policyAt())
      if (outcome?.memory === undefined) throw new Error('nothing was added')
      return outcome.memory
    }
    await add(stranger, 'Grace lives in Lyon with her two cats.')
    const lyon = await add(caller, 'Grace lives in Lyon with her two cats.')
    await add(caller, 'Grace went to Lyon once.')
    const rome = await add(caller, 'Grace lives in Rome with her two cats.')
    let questions = 0
    const embedder = {
      ...{ space: 'small', questionBudgetMs: 60_000, embed: async () => [] },
      async embedQuestion() {
        questions += 1
        return Float32Array.of(1)
      },
    }
    const services = { store, index, embedder }
    expect(await nearDuplicates(services, caller, rome)).toMatchObject([{ memory: { id: lyon.id } }])
    expect(questions).toBe(0)
    await setRule(store, caller.ownerId, { ...(await store.rule(caller.ownerId, caller.appId)), read: 'none' })
    expect(await nearDuplicates({ store, index }, caller, rome)).toEqual([])
    await store.close()
  })
})
