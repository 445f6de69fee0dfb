import { describe, expect, test } from 'bun:test'
import { app, draftOf, owner, policyAt, setRule, startMs } from '../../support/memories.ts'
import type { OpenMemoryStore } from '../memory-store.ts'
import { ada, added, chat, eve, faultOf, opened, other } from './opened.ts'

const minute = 60_000

export function describeAdding(open: OpenMemoryStore): void {
  describe('adding', () => {
    const here = opened(open)

    test('everything that is known of a memory comes back as it was written', async () => {
      const draft = draftOf('Rex is a golden retriever. 🐕\n\tÄ ñ 日本', {
        speaker: { kind: 'other', name: 'Grace' },
        categories: ['pets', 'family'],
        metadata: { nested: { list: [1, null, 'x'] } },
        threadId: 'walk',
        occurredAt: startMs - 5 * minute,
        validFrom: startMs - 9 * minute,
        source: 'api',
      })
      const memory = added((await here.store.add(ada, chat, [draft], policyAt()))[0])
      expect(memory).toMatchObject({
        id: draft.id,
        ownerId: ada,
        appId: chat,
        content: draft.content,
        contentHash: draft.contentHash,
        speaker: draft.speaker,
        categories: ['pets', 'family'],
        metadata: draft.metadata,
        threadId: 'walk',
        position: 0,
        occurredAt: draft.occurredAt,
        validFrom: draft.validFrom,
        validTo: undefined,
        supersedes: undefined,
        source: 'api',
        state: 'active',
        createdAt: startMs,
        updatedAt: startMs,
        version: 1,
      })
      expect(await here.store.get(ada, chat, [draft.id])).toEqual([memory])
    })

    test('an exact duplicate is the memory that is there, in one call and in two', async () => {
      const [first, again] = await here.store.add(
        ada,
        chat,
        [draftOf('The key is under the pot.'), draftOf(' The key  is under\nthe pot. ')],
        policyAt(),
      )
      expect([first?.status, again?.status]).toEqual(['added', 'duplicate'])
      const [third] = await here.store.add(ada, other, [draftOf('The key is under the pot.')], policyAt())
      expect(third).toEqual({ status: 'duplicate', memory: added(first) })
    })

    test('the same text of another owner is another memory', async () => {
      const hers = await here.add('We like olives.')
      const his = await here.add('We like olives.', {}, chat, startMs, eve)
      expect(his.id).not.toBe(hers.id)
    })

    test('an app that may not read the memory that says the same gets its own, and learns nothing', async () => {
      const secret = await here.add('The surprise party is on Friday.')
      await setRule(here.store, ada, { appId: other, paused: false, read: 'own', write: 'own', categories: undefined })
      const [outcome] = await here.store.add(ada, other, [draftOf('The surprise party is on Friday.')], policyAt())
      expect(outcome?.status).toBe('added')
      expect(added(outcome).id).not.toBe(secret.id)
      const [again] = await here.store.add(ada, other, [draftOf('The surprise party is on Friday.')], policyAt())
      expect(again).toMatchObject({ status: 'duplicate', memory: { id: added(outcome).id } })
    })

    test('100 parallel adds of the same text give one memory', async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, () => here.store.add(ada, chat, [draftOf('One of a hundred.')], policyAt())),
      )
      const all = outcomes.flat()
      expect(all.filter(({ status }) => status === 'added')).toHaveLength(1)
      expect(new Set(all.map((outcome) => added(outcome).id)).size).toBe(1)
    })

    test('a batch is written whole or not at all', async () => {
      const taken = draftOf('Takes an id.')
      await here.store.add(ada, chat, [taken], policyAt())
      const batch = [draftOf('Half of a batch.'), { ...draftOf('The other half.'), id: taken.id }]
      expect(await faultOf(here.store.add(ada, chat, batch, policyAt()))).not.toBe('none')
      const { total } = await here.store.list(ada, chat, {
        filter: { states: ['active'], contains: 'Half of a batch' },
        sort: 'createdAt',
        descending: true,
        limit: 1,
      })
      expect(total).toBe(0)
      expect(await here.verify(ada)).toEqual([])
    })

    test('1,000 texts in one call keep their order', async () => {
      const of = owner('batch')
      const drafts = Array.from({ length: 1_000 }, (_, at) => draftOf(`Item number ${at} of the batch.`))
      const outcomes = await here.store.add(of, chat, drafts, policyAt())
      expect(outcomes.map((outcome) => added(outcome).position)).toEqual(drafts.map((_, at) => at))
      expect(await here.verify(of)).toEqual([])
    })

    test('adds of one app less than 30 minutes apart form a thread; of another app, or later, another one', async () => {
      const of = owner('threads')
      const at = (minutes: number, text: string, by = chat) => here.add(text, {}, by, startMs + minutes * minute, of)
      const [first, second] = [await at(0, 'At ten.'), await at(29, 'At half past.')]
      expect([second.threadId, second.position]).toEqual([first.threadId, 1])
      const elsewhere = await at(30, 'Elsewhere.', other)
      expect(elsewhere.threadId).not.toBe(first.threadId)
      const later = await at(59, 'Thirty minutes after the second.')
      expect([later.threadId === first.threadId, later.position]).toEqual([false, 0])
    })

    test('a thread that was named is joined by name alone', async () => {
      const of = owner('named')
      const named = await here.add('Of the trip.', { threadId: 'trip' }, chat, startMs, of)
      const unnamed = await here.add('Of no thread.', {}, chat, startMs + minute, of)
      expect(unnamed.threadId).not.toBe(named.threadId)
      const again = await here.add('Of the trip, from another app.', { threadId: 'trip' }, other, startMs + minute, of)
      expect([again.threadId, again.position]).toEqual(['trip', 1])
    })

    test('what was handed out within the window is shown to the judgement of echoes, and what is judged one is not stored', async () => {
      const of = owner('echo')
      const memory = await here.add('She sings in a choir.', {}, chat, startMs, of)
      here.store.logAccess(of, other, [{ memoryId: memory.id, kind: 'search' }], startMs)
      const judged: string[][] = []
      const isEcho = (_: string, recalled: readonly { id: string }[]) => judged.push(recalled.map(({ id }) => id)) > 0
      const add = (at: number) =>
        here.store.add(of, chat, [draftOf('I know that she sings in a choir.')], policyAt(at, { isEcho }))
      expect(await add(startMs + minute)).toEqual([{ status: 'recalled', memory: undefined }])
      await add(startMs + 11 * minute)
      expect(judged).toEqual([[memory.id], []])
    })

    test('an app without leave to write adds nothing', async () => {
      const app1 = app('reader')
      await setRule(here.store, ada, { appId: app1, paused: false, read: 'all', write: 'none', categories: undefined })
      expect(await faultOf(here.store.add(ada, app1, [draftOf('Not by me.')], policyAt()))).toBe('forbidden')
    })
  })
}
