import { describe, expect, test } from 'bun:test'
import { createFairShare, type FairShare, type FairShareLimits, sharedFairly } from '../../../src/memory/fair-share.ts'
import type { AnyOperation, Caller } from '../../../src/memory/operation.ts'
import type { ClientId, OwnerId } from '../../../src/shared/brand.ts'

const limits: FairShareLimits = {
  ...{ perClient: 2, perPerson: 3, total: 4, waitingPerClient: 100 },
  ...{ waitingCharactersPerPerson: 1_000, waitingCharacters: 2_000 },
}
const by = (person: string, client = 'app') => ({ ownerId: person as OwnerId, appId: client as ClientId })

/** Work that ends when it is told to, in the order it began. */
function workshop(given = limits) {
  const share = createFairShare(given)
  const started: string[] = []
  const open = new Map<string, () => void>()
  const ask = (name: string, caller: ReturnType<typeof by>, characters = 0) =>
    share.run(
      caller,
      () => {
        started.push(name)
        return new Promise<void>((resolve) => open.set(name, resolve))
      },
      () => characters,
    )
  const turns = () => new Promise((resolve) => setTimeout(resolve, 5))
  const end = async (name: string) => {
    open.get(name)?.()
    await turns()
  }
  return { share, started, ask, end, turns }
}

describe('Fair share: one client cannot starve another', () => {
  test('a client with a hundred requests has two under way, and another one starts at once', async () => {
    const { started, ask, end } = workshop()
    for (let at = 0; at < 100; at++) void ask(`ada ${at}`, by('ada'))
    expect(started).toEqual(['ada 0', 'ada 1'])
    void ask('grace', by('grace'))
    expect(started).toEqual(['ada 0', 'ada 1', 'grace'])
    await end('ada 0')
    expect(started).toEqual(['ada 0', 'ada 1', 'grace', 'ada 2'])
  })

  test('another client of the same person too; together they have three under way', async () => {
    const { started, ask, end } = workshop()
    for (let at = 0; at < 3; at++) void ask(`phone ${at}`, by('ada', 'phone'))
    for (let at = 0; at < 3; at++) void ask(`laptop ${at}`, by('ada', 'laptop'))
    expect(started).toEqual(['phone 0', 'phone 1', 'laptop 0'])
    await end('phone 0')
    await end('phone 1')
    expect(started.slice(3)).toEqual(['phone 2', 'laptop 1'])
  })

  test('when all places are taken, turns go round the clients however much each has waiting', async () => {
    const { started, ask, end } = workshop({ ...limits, total: 1 })
    void ask('first', by('ada'))
    for (let at = 0; at < 3; at++) void ask(`ada ${at}`, by('ada'))
    for (const person of ['grace', 'joan']) void ask(person, by(person))
    for (const name of ['first', 'ada 0', 'grace', 'joan', 'ada 1']) await end(name)
    expect(started).toEqual(['first', 'ada 0', 'grace', 'joan', 'ada 1', 'ada 2'])
  })

  test('between two turns whatever arrived is seen: a queue is not emptied in one go', async () => {
    const share = createFairShare({ ...limits, perClient: 1 })
    const order: string[] = []
    const run = (name: string, person: string) => share.run(by(person), async () => void order.push(name))
    const many = Array.from({ length: 5 }, (_, at) => run(`ada ${at}`, 'ada'))
    await new Promise<void>((resolve) => setImmediate(resolve))
    await run('grace', 'grace')
    await Promise.all(many)
    expect(order.indexOf('grace')).toBeLessThan(order.length - 1)
  })

  test('work that fails frees its place, and its failure is its own', async () => {
    const { share, started, ask } = workshop({ ...limits, perClient: 1 })
    const failing = share.run(by('ada'), () => Promise.reject(new Error('no')))
    const next = ask('next', by('ada'))
    await expect(failing).rejects.toThrow('no')
    await Promise.race([next, new Promise((resolve) => setTimeout(resolve, 20))])
    expect(started).toEqual(['next'])
  })

  test('waiting is bounded: one more is rate_limited, for that client alone', async () => {
    const { ask, started } = workshop({ ...limits, waitingPerClient: 3 })
    for (let at = 0; at < 5; at++) void ask(`ada ${at}`, by('ada'))
    await expect(ask('ada 5', by('ada'))).rejects.toMatchObject({ kind: 'rate_limited', retryAfterSeconds: 1 })
    void ask('grace', by('grace'))
    expect(started).toContain('grace')
  })

  test('what waits is bounded by its size too, of a person through however many clients, and of all', async () => {
    const { ask, started, end } = workshop({ ...limits, perClient: 1, perPerson: 1, total: 1 })
    const refused = { kind: 'rate_limited', code: 'too_many_at_once' }
    void ask('ada', by('ada'), 5_000)
    void ask('ada 1', by('ada'), 600)
    await expect(ask('ada 2', by('ada', 'phone'), 600)).rejects.toMatchObject(refused)
    void ask('grace', by('grace'), 900)
    await expect(ask('joan', by('joan'), 900)).rejects.toMatchObject(refused)
    await end('ada')
    expect(started).toEqual(['ada', 'ada 1'])
    // Its turn has come, so it waits no more.
    void ask('ada 3', by('ada', 'phone'), 600)
    await end('ada 1')
    await end('grace')
    expect(started).toEqual(['ada', 'ada 1', 'grace', 'ada 3'])
  })

  test('a thousand works of many clients all run, each once', async () => {
    const share = createFairShare(limits)
    let [running, most] = [0, 0]
    const results = await Promise.all(
      Array.from({ length: 1_000 }, (_, at) =>
        share.run(by(`person ${at % 10}`), async () => {
          most = Math.max(most, ++running)
          await new Promise<void>((resolve) => setImmediate(resolve))
          running--
          return at
        }),
      ),
    )
    expect(results).toEqual(Array.from({ length: 1_000 }, (_, at) => at))
    expect(most).toBe(limits.total)
  })
})

test('operations that share fairly run as their callers, with their inputs', async () => {
  const operation = { name: 'echo', run: async (...given: unknown[]) => given } as unknown as AnyOperation<string>
  const [shared] = sharedFairly([operation])
  const caller = by('ada') as Caller
  expect(await shared?.run('services', caller, { text: 'a' })).toEqual(['services', caller, { text: 'a' }])
})

test('what comes before an operation has a turn of its own, if its caller may still have it by then', async () => {
  const [shared] = sharedFairly(
    [{ run: async () => 'done' } as unknown as AnyOperation<string>],
    createFairShare(limits),
  )
  const hold: (() => void)[] = []
  const held = () => new Promise<void>((resolve) => hold.push(resolve))
  const under = [shared?.inTurn?.(by('ada') as Caller, held), shared?.inTurn?.(by('ada') as Caller, held)]
  const gone = new Error('revoked')
  const assertStanding = () => {
    throw gone
  }
  const late = shared?.inTurn?.({ ...(by('ada') as Caller), assertStanding }, async () => 'done')
  late?.catch(() => undefined)
  expect(await Promise.race([late, new Promise((resolve) => setTimeout(resolve, 20, 'waits'))])).toBe('waits')
  for (const end of hold) end()
  await Promise.all(under)
  await expect(late).rejects.toBe(gone)
})

test('of what a person has one at a time a second one is refused until the first has ended, also where that failed', async () => {
  let fail = (_: Error) => {}
  const failing = new Promise<string>((_, reject) => (fail = reject))
  const run = async (_: string, __: Caller, input: { text: string }) => (input.text === 'fail' ? failing : 'done')
  const operation = { title: 'Import', oneAtATime: true, run } as unknown as AnyOperation<string>
  const [shared] = sharedFairly([operation])
  const asks = (person: string, text: string) => shared?.run('services', by(person) as Caller, { text })
  const first = asks('ada', 'fail')
  first?.catch(() => undefined)
  const refused = { kind: 'rate_limited', code: 'too_many_at_once', retryAfterSeconds: 5 }
  await expect(asks('ada', 'second')).rejects.toMatchObject(refused)
  expect(await asks('grace', 'hers')).toBe('done')
  fail(new Error('cut off'))
  await expect(first).rejects.toThrow('cut off')
  expect(await asks('ada', 'third')).toBe('done')
})

test('operations that wait are as large as their inputs', async () => {
  let size: number | undefined
  const share: FairShare = {
    run(_caller, work, characters) {
      size = characters?.()
      return work()
    },
  }
  const [shared] = sharedFairly([{ run: async () => 'done' } as unknown as AnyOperation<string>], share)
  await shared?.run('services', by('ada') as Caller, { text: 'four' })
  expect(size).toBe(JSON.stringify({ text: 'four' }).length)
})
