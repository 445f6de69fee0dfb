import { describe, expect, test } from 'bun:test'
import type { OnceClaim } from '../../../src/memory/ports.ts'
import { onceClaim, startMs } from '../../support/memories.ts'
import type { OpenMemoryStore } from '../memory-store.ts'
import { ada, chat, eve, opened, other } from './opened.ts'

const minute = 60_000

export function describeOnces(open: OpenMemoryStore): void {
  describe('what may happen once', () => {
    const here = opened(open)

    test('a confirmation is taken once among 100 takers', async () => {
      await here.store.keepConfirmation(ada, chat, 'wipe', 'h1', startMs, startMs + minute)
      const taken = await Promise.all(
        Array.from({ length: 100 }, () => here.store.takeConfirmation(ada, chat, 'wipe', 'h1', startMs)),
      )
      expect(taken.filter(Boolean)).toHaveLength(1)
    })

    test('a confirmation is bound to owner, app and action, and expires', async () => {
      await here.store.keepConfirmation(ada, chat, 'wipe', 'h2', startMs, startMs + minute)
      const take = here.store.takeConfirmation
      expect(await take(eve, chat, 'wipe', 'h2', startMs)).toBe(false)
      expect(await take(ada, other, 'wipe', 'h2', startMs)).toBe(false)
      expect(await take(ada, chat, 'other', 'h2', startMs)).toBe(false)
      expect(await take(ada, chat, 'wipe', 'h2', startMs + minute)).toBe(false)
      await here.store.keepConfirmation(ada, chat, 'wipe', 'h3', startMs, startMs + minute)
      expect(await take(ada, chat, 'wipe', 'h3', startMs + minute - 1)).toBe(true)
    })

    test('a key is claimed by one of 100; the others are told that it runs, and then get its result', async () => {
      const begin = (print = 'p') => here.store.beginOnce(ada, chat, onceClaim('k1'), print, startMs)
      const begun = await Promise.all(Array.from({ length: 100 }, () => begin()))
      expect(begun.filter(({ kind }) => kind === 'begin')).toHaveLength(1)
      expect(begun.filter(({ kind }) => kind === 'running')).toHaveLength(99)
      await here.store.endOnce(
        ada,
        chat,
        onceClaim('k1'),
        { result: { id: 7, list: [null] }, holdsTexts: true },
        startMs + minute,
      )
      expect(await begin()).toEqual({ kind: 'done', result: { id: 7, list: [null] } })
      expect(await begin('another')).toEqual({ kind: 'other_input' })
    })

    test('keys of owners and apps are their own', async () => {
      for (const [of, by] of [
        [ada, chat],
        [ada, other],
        [eve, chat],
      ] as const) {
        expect(await here.store.beginOnce(of, by, onceClaim('k2'), 'p', startMs)).toEqual({ kind: 'begin' })
      }
    })

    test('a key that was given up, whose claim ran out, or whose result expired is free again', async () => {
      const begin = (key: string, at = startMs) => here.store.beginOnce(ada, chat, onceClaim(key), 'p', at)
      await begin('k3')
      await here.store.dropOnce(ada, chat, onceClaim('k3'))
      expect(await begin('k3')).toEqual({ kind: 'begin' })
      expect(await begin('k3', startMs + minute)).toEqual({ kind: 'begin' })
      await here.store.endOnce(ada, chat, onceClaim('k3'), { result: 1, holdsTexts: true }, startMs + 2 * minute)
      expect(await begin('k3', startMs + 2 * minute)).toEqual({ kind: 'begin' })
    })

    test('who takes longer than a claim lasts neither ends nor gives up the claim that another has made since', async () => {
      const [slow, next] = [onceClaim('k4', 'slow'), onceClaim('k4', 'next')]
      const begin = (claim = next, at = startMs + minute) => here.store.beginOnce(ada, chat, claim, 'p', at)
      const end = (claim: OnceClaim, result: string) =>
        here.store.endOnce(ada, chat, claim, { result, holdsTexts: true }, startMs + 9 * minute)
      expect(await begin(slow, startMs)).toEqual({ kind: 'begin' })
      expect(await begin()).toEqual({ kind: 'begin' })
      await here.store.dropOnce(ada, chat, slow)
      expect(await begin()).toEqual({ kind: 'running' })
      await end(slow, 'late')
      expect(await begin()).toEqual({ kind: 'running' })
      await end(next, 'of the second')
      expect(await begin()).toEqual({ kind: 'done', result: 'of the second' })
      await here.store.dropOnce(ada, chat, next)
      expect(await begin()).toMatchObject({ kind: 'done' })
    })
  })
}
