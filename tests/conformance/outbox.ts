/** What every engine's outbox keeps to; the guarantees are stated in memory/jobs/ports.ts. Run by one small file an engine. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import type { Job, JobKind, Outbox } from '../../src/memory/jobs/ports.ts'
import type { MemoryStore } from '../../src/memory/ports.ts'
import type { MemoryId } from '../../src/shared/brand.ts'
import { app, draftOf, owner, policyAt, startMs } from '../support/memories.ts'

export interface OpenedOutbox {
  readonly outbox: Outbox
  /** Of the same database. */
  readonly store: MemoryStore
  close(): Promise<void>
}

const chat = app('chat')
const lease = 1_000

export function describeOutbox(engine: string, open: () => Promise<OpenedOutbox>): void {
  describe(`Outbox on ${engine}`, () => {
    let here: OpenedOutbox
    let ada = owner('ada')
    let round = 0
    beforeAll(async () => {
      here = await open()
    })
    afterAll(() => here.close())
    beforeEach(async () => {
      ada = owner(`outbox-${round++}`)
      await here.outbox.subscribe([], startMs)
      await here.outbox.subscribe(['graph', 'extract'], startMs)
      await all('graph')
      await all('extract')
    })

    /** Claims and ends what there is of a kind. */
    async function all(kind: JobKind, at = startMs): Promise<Job[]> {
      const done: Job[] = []
      for (;;) {
        const jobs = await here.outbox.claim(kind, 100, at, lease)
        if (jobs.length === 0) return done
        await here.outbox.done(jobs, at)
        done.push(...jobs)
      }
    }
    async function add(text: string, of = ada): Promise<MemoryId> {
      const [outcome] = await here.store.add(of, chat, [draftOf(text)], policyAt())
      if (outcome?.memory === undefined) throw new Error('nothing was added')
      return outcome.memory.id
    }
    const claim = (at = startMs, count = 100) => here.outbox.claim('graph', count, at, lease)
    const ids = (jobs: readonly Job[]) => jobs.map(({ memoryId }) => memoryId)
    const stateOf = async (kind: JobKind, at = startMs) =>
      (await here.outbox.state(at)).find((one) => one.kind === kind)

    test('a new memory has one job of each kind that is subscribed', async () => {
      const id = await add('Rex is a dog.')
      expect(await all('graph')).toMatchObject([{ kind: 'graph', ownerId: ada, memoryId: id, attempts: 0 }])
      expect(ids(await all('extract'))).toEqual([id])
    })

    test('a kind that is not subscribed costs nothing, and is made up for when it is', async () => {
      await here.outbox.subscribe(['extract'], startMs)
      await add('Nobody waits for this.')
      expect(await claim()).toEqual([])
      expect((await here.outbox.state(startMs)).map(({ kind }) => kind)).toEqual(['extract'])
      await here.outbox.subscribe(['extract', 'graph'], startMs)
      const owners = (await all('graph')).filter(({ ownerId }) => ownerId === ada)
      expect(owners).toMatchObject([{ memoryId: undefined }])
    })

    test('what is imported has waited since the import, not since it was written elsewhere', async () => {
      const year = 365 * 24 * 60 * 60_000
      const then = startMs - year
      const { threadId, ...draft } = draftOf('Written a year ago.', { source: 'import' })
      const imported = {
        ...draft,
        ...({ appId: chat, state: 'active', position: undefined, validTo: undefined, supersedes: undefined } as const),
        ...{ threadId, validFrom: then, createdAt: then, updatedAt: then },
      }
      await here.store.importAll(ada, chat, [imported], 'skip', startMs)
      expect(await stateOf('graph', startMs + 5)).toMatchObject({ waiting: 1, lagMs: 5 })
    })

    test('changes of one memory are one job; only another text is read by the model again', async () => {
      const id = await add('One.')
      await all('extract')
      await here.store.update(ada, chat, id, { metadata: { a: 1 } }, { at: startMs })
      await here.store.setState(ada, chat, [id], 'archived', { at: startMs })
      expect(ids(await claim())).toEqual([id])
      expect(await all('extract')).toEqual([])
      await here.store.update(ada, chat, id, { content: { text: 'Two.', hash: 'two' } }, { at: startMs })
      expect(ids(await all('extract'))).toEqual([id])
    })

    test('a deletion leaves a job, so that it reaches every projection', async () => {
      const id = await add('Soon gone.')
      await all('graph')
      await here.store.delete(ada, chat, [id], { at: startMs })
      expect(ids(await all('graph'))).toEqual([id])
    })

    test('what runs while its person is erased runs once more: it may have written what it had read before', async () => {
      const id = await add('Read by a job that is slow.')
      const running = await claim()
      expect(ids(running)).toEqual([id])
      await here.store.eraseOwner(ada, startMs)
      await here.outbox.done(running, startMs)
      expect(ids(await claim()).toSorted()).toEqual([id, undefined])
      expect(await all('extract')).toEqual([])
    })

    test('and so does what takes all of a person out, whose second run is not taken for its first', async () => {
      await add('Put there after that.')
      await here.outbox.renew('graph', ada, startMs)
      const running = await claim()
      expect(ids(running)).toContain(undefined)
      await here.store.eraseOwner(ada, startMs)
      await here.outbox.done(running, startMs)
      expect(ids(await claim())).toContain(undefined)
    })

    test('a write that fails leaves no job', async () => {
      const id = await add('Stays.')
      await all('graph')
      const wrong = here.store.update(ada, chat, id, { metadata: {} }, { at: startMs, ifVersion: 9 })
      await expect(wrong).rejects.toThrow()
      expect(await claim()).toEqual([])
    })

    test('what one process has claimed no other is given until the lease ends', async () => {
      const id = await add('Leased.')
      expect(ids(await claim())).toEqual([id])
      expect(await claim(startMs + lease - 1)).toEqual([])
      expect(ids(await claim(startMs + lease))).toEqual([id])
    })

    test('a lease is prolonged while it lasts, and not what has ended, was given back or is done', async () => {
      const id = await add('Takes its time.')
      const jobs = await claim()
      await here.outbox.extend(jobs, startMs + 900, lease)
      expect(await claim(startMs + 900 + lease - 1)).toEqual([])
      expect(ids(await claim(startMs + 900 + lease))).toEqual([id])
      await here.outbox.extend(jobs, startMs + 3 * lease, lease)
      const again = await claim(startMs + 3 * lease)
      expect(ids(again)).toEqual([id])
      await here.outbox.release(again, startMs + 3 * lease + 10)
      await here.outbox.extend(again, startMs + 3 * lease, lease)
      expect(ids(await claim(startMs + 3 * lease + 10))).toEqual([id])
      await here.outbox.done(jobs, startMs)
      await here.outbox.extend(jobs, startMs, lease)
      expect(await here.outbox.waits('graph', ada)).toBe(false)
    })

    test('a memory that changes while its job runs waits again, and nobody else runs it meanwhile', async () => {
      const id = await add('Changes.')
      const jobs = await claim()
      await here.store.update(ada, chat, id, { metadata: { b: 2 } }, { at: startMs })
      expect(await claim()).toEqual([])
      await here.outbox.done(jobs, startMs)
      expect(ids(await claim())).toEqual([id])
    })

    test('a failure counts and rests; being given back without a reason does not count', async () => {
      await add('Fails.')
      await here.outbox.release(await claim(), startMs + 500, 'status 500')
      expect(await claim(startMs + 499)).toEqual([])
      const [second] = await claim(startMs + 500)
      expect(second?.attempts).toBe(1)
      await here.outbox.release(second === undefined ? [] : [second], startMs + 500)
      expect((await claim(startMs + 500))[0]?.attempts).toBe(1)
    })

    test('what is given up is kept with its reason, and tried again when the memory changes or all is asked for', async () => {
      const id = await add('Poison.')
      const [job] = await claim()
      if (job === undefined) throw new Error('no job')
      await here.outbox.bury(job, 'cannot be read')
      expect(await claim(startMs + 10 * lease)).toEqual([])
      expect(await stateOf('graph')).toMatchObject({ waiting: 0, dead: 1 })
      expect(await here.outbox.dead(10)).toMatchObject([{ ownerId: ada, memoryId: id, reason: 'cannot be read' }])
      await here.store.update(ada, chat, id, { metadata: { c: 3 } }, { at: startMs })
      expect(await claim()).toMatchObject([{ memoryId: id, attempts: 0 }])
      await here.outbox.bury(job, 'again')
      expect(await here.outbox.renew('graph', ada, startMs)).toBe(1)
      expect(ids(await all('graph'))).toEqual([undefined])
      expect(await stateOf('graph')).toMatchObject({ dead: 0 })
    })

    test('a job of the whole owner becomes one of each of their memories', async () => {
      const [one, two] = [await add('First.'), await add('Second.')]
      const gone = await add('Third.')
      await here.store.delete(ada, chat, [gone], { at: startMs })
      await all('graph')
      await here.outbox.spread('graph', ada, startMs)
      expect(ids(await all('graph')).toSorted()).toEqual([one, two].toSorted())
    })

    test('a claim is of one owner, the one who has waited longest first', async () => {
      const eve = owner(`${ada}-eve`)
      await add('Hers.', eve)
      await here.outbox.release(await claim(), startMs + 10)
      await add('His.')
      const first = await claim(startMs + 20)
      expect(new Set(first.map(({ ownerId }) => ownerId))).toEqual(new Set([ada]))
      expect((await claim(startMs + 20)).map(({ ownerId }) => ownerId)).toEqual([eve])
    })

    test('whether something of an owner waits, also while it is run; what was given up does not', async () => {
      expect(await here.outbox.waits('graph', ada)).toBe(false)
      await add('Waited for.')
      expect(await here.outbox.waits('graph', ada)).toBe(true)
      const [job] = await claim()
      expect(await here.outbox.waits('graph', ada)).toBe(true)
      if (job !== undefined) await here.outbox.bury(job, 'given up')
      expect(await here.outbox.waits('graph', ada)).toBe(false)
    })

    test('how much waits, and for how long', async () => {
      await add('Waits.')
      expect(await stateOf('graph', startMs + 5_000)).toEqual({ kind: 'graph', waiting: 1, dead: 0, lagMs: 5_000 })
      await all('graph')
      expect(await stateOf('graph', startMs + 5_000)).toEqual({ kind: 'graph', waiting: 0, dead: 0, lagMs: 0 })
    })

    test('100 jobs and 20 workers at once: each job is given to one', async () => {
      await here.store.add(
        ada,
        chat,
        Array.from({ length: 100 }, (_, n) => draftOf(`Number ${n}.`)),
        policyAt(),
      )
      const given = (await Promise.all(Array.from({ length: 20 }, () => claim(startMs, 5)))).flat()
      expect(new Set(ids(given)).size).toBe(given.length)
      expect(given.length).toBe(100)
    })
  })
}
