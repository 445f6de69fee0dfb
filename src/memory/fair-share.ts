/**
 * Who runs next when many ask at once. Each client of a person, and each person, may have so much work under way; what is beyond
 * waits its turn, and turns go round, so that a hundred requests of one client cost another client's only request one turn.
 * This process alone: what it guards (connections, the embedder, the processor) is the process's own.
 */
import { createCounts } from '../shared/counts.ts'
import { Fault } from '../shared/fault.ts'
import { createOpenStreams, type OpenStreams } from './open-streams.ts'
import type { AnyOperation, Caller } from './operation.ts'

export interface FairShareLimits {
  /** Operations under way at once: of one person through one client, of one person, of all. */
  readonly perClient: number
  readonly perPerson: number
  readonly total: number
  /** How many of one client may wait; one more is refused. */
  readonly waitingPerClient: number
  /** How many characters of input may wait, of one person and of all: an input may be of a megabyte, and all are held. */
  readonly waitingCharactersPerPerson: number
  readonly waitingCharacters: number
}

const mega = 1024 * 1024
const defaults: FairShareLimits = {
  ...{ perClient: 8, perPerson: 16, total: 64, waitingPerClient: 256 },
  ...{ waitingCharactersPerPerson: 32 * mega, waitingCharacters: 128 * mega },
}

export interface FairShare {
  /**
   * Runs `work` when it is the caller's turn. `characters` says how large its input is, and is asked only where it has to wait.
   * Throws `Fault('rate_limited')` when too much of theirs waits already.
   */
  run<T>(caller: Pick<Caller, 'ownerId' | 'appId'>, work: () => Promise<T>, characters?: () => number): Promise<T>
}

/** `later` runs a function after what has arrived meanwhile was read; `setImmediate`, unless given. */
export function createFairShare(
  limits: FairShareLimits = defaults,
  later: (turn: () => void) => unknown = setImmediate,
): FairShare {
  const ofClient = createCounts()
  const ofPerson = createCounts()
  let all = 0
  /** By client, in the order of their turns: whoever had one goes to the end. */
  const waiting = new Map<string, { readonly person: string; readonly starts: (() => void)[] }>()
  const charactersOfPerson = createCounts()
  let allCharacters = 0
  let turnComing = false

  const hasRoom = (client: string, person: string) =>
    all < limits.total && ofClient.of(client) < limits.perClient && ofPerson.of(person) < limits.perPerson

  const count = (client: string, person: string, by: 1 | -1) => {
    all += by
    ofClient.add(client, by)
    ofPerson.add(person, by)
  }

  const holds = (person: string, characters: number) => {
    allCharacters += characters
    charactersOfPerson.add(person, characters)
  }

  const wait = (client: string, person: string, characters: number): Promise<void> => {
    const queue = waiting.get(client) ?? { person, starts: [] }
    if (
      queue.starts.length >= limits.waitingPerClient ||
      charactersOfPerson.of(person) + characters > limits.waitingCharactersPerPerson ||
      allCharacters + characters > limits.waitingCharacters
    ) {
      throw new Fault('rate_limited', 'Too many requests at once. Wait for their answers.', {
        code: 'too_many_at_once',
        retryAfterSeconds: 1,
      })
    }
    waiting.set(client, queue)
    holds(person, characters)
    return new Promise((start) =>
      queue.starts.push(() => {
        holds(person, -characters)
        start()
      }),
    )
  }

  /** Starts one that waits, if one may. The place is taken before the start, so that nobody comes between. */
  const turn = () => {
    turnComing = false
    for (const [client, { person, starts }] of waiting) {
      if (!hasRoom(client, person)) continue
      waiting.delete(client)
      const start = starts.shift()
      if (starts.length > 0) waiting.set(client, { person, starts })
      count(client, person, 1)
      start?.()
      comeRound()
      return
    }
  }

  const comeRound = () => {
    if (turnComing || waiting.size === 0) return
    turnComing = true
    later(turn)
  }

  return {
    async run({ ownerId, appId }, work, characters = () => 0) {
      const client = `${ownerId} ${appId}`
      if (hasRoom(client, ownerId) && !waiting.has(client)) count(client, ownerId, 1)
      else await wait(client, ownerId, characters())
      try {
        return await work()
      } finally {
        count(client, ownerId, -1)
        comeRound()
      }
    },
  }
}

/**
 * The same operations, each run in its caller's turn, if the caller may still have it by then. So is each piece of a stream that comes of
 * one: it takes no place while its reader is slow. Throws `Fault('rate_limited')` for a second one of a kind of which a person has one
 * at a time.
 */
export const sharedFairly = <Services>(
  operations: readonly AnyOperation<Services>[],
  share: FairShare = createFairShare(),
  streams: OpenStreams = createOpenStreams(),
): readonly AnyOperation<Services>[] =>
  operations.map((operation) => {
    const alone = operation.oneAtATime === true ? createCounts() : undefined
    const inTurn = <T>(caller: Caller, work: () => Promise<T>, characters?: () => number) =>
      share.run(
        caller,
        () => {
          caller.assertStanding?.()
          return work()
        },
        characters,
      )
    return {
      ...operation,
      inTurn: (caller, work) => inTurn(caller, work),
      async run(services, caller, input) {
        if (alone !== undefined && alone.of(caller.ownerId) > 0) throw anotherUnderWay(operation.title)
        alone?.add(caller.ownerId, 1)
        try {
          const output = await inTurn(
            caller,
            () => operation.run(services, caller, input),
            () => JSON.stringify(input)?.length ?? 0,
          )
          return output instanceof ReadableStream
            ? streams.open(caller, output, (work) => inTurn(caller, work))
            : output
        } finally {
          alone?.add(caller.ownerId, -1)
        }
      },
    }
  })

const anotherUnderWay = (title: string): Fault =>
  new Fault('rate_limited', `${title}: another of yours is under way. Wait until it has ended.`, {
    code: 'too_many_at_once',
    retryAfterSeconds: 5,
  })
