import { afterAll, describe, expect, test } from 'bun:test'
import { openSqliteMemoryStore } from '../../../src/adapters/sqlite/memory/store.ts'
import { followChanges } from '../../../src/memory/event-feed.ts'
import { callerOf, draftOf, policyAt, startMs } from '../../support/memories.ts'

const { store } = openSqliteMemoryStore({ path: ':memory:' })
afterAll(() => store.close())
const [ada, eve] = [callerOf('ada', 'chat'), callerOf('eve', 'chat')]
const add = (caller: typeof ada, text: string) =>
  store.add(caller.ownerId, caller.appId, [draftOf(text)], policyAt(startMs))

describe('the feed of changes', () => {
  test('tells what happens from now on, or after a cursor, to its owner alone, and no texts', async () => {
    await add(ada, 'Before anybody followed.')
    const ending = new AbortController()
    const seen = followChanges(store, ada, { signal: ending.signal, everyMs: 5 })
    const first = seen.next()
    await add(eve, 'Of somebody else.')
    await add(ada, 'While it was followed.')
    const { value } = await first
    expect(value).toMatchObject([{ kind: 'created', appId: 'chat' }])
    expect(JSON.stringify(value)).not.toContain('followed')
    ending.abort()
    expect((await seen.next()).done).toBe(true)
    const again = followChanges(store, ada, { after: 0, signal: new AbortController().signal, everyMs: 5 })
    expect((await again.next()).value).toHaveLength(2)
    await again.return()
  })

  test('an app that its user limits while it follows is told no more', async () => {
    const seen = followChanges(store, ada, { after: 0, signal: new AbortController().signal, everyMs: 5 })
    await seen.next()
    await store.setRule(ada.ownerId, { ...(await store.rule(ada.ownerId, ada.appId)), paused: true })
    await expect(seen.next()).rejects.toMatchObject({ kind: 'forbidden', code: 'app_limited' })
  })
})
