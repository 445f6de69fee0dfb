import { describe, expect, test } from 'bun:test'
import { startMs } from '../../support/memories.ts'
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
      const begin = (print = 'p') => here.store.beginOnce(ada, chat, 'k1', print, startMs)
      const begun = await Promise.all(Array.from({ length: 100 }, () => begin()))
      expect(begun.filter(({ kind }) => kind === 'begin')).toHaveLength(1)
      expect(begun.filter(({ kind }) => kind === 'running')).toHaveLength(99)
      await here.store.endOnce(ada, chat, 'k1', { result: { id: 7, list: [null] }, holdsTexts: true }, startMs + minute)
      expect(await begin()).toEqual({ kind: 'done', result: { id: 7, list: [null] } })
      expect(await begin('another')).toEqual({ kind: 'other_input' })
    })

    test('keys of owners and apps are their own', async () => {
      for (const [of, by] of [
        [ada, chat],
        [ada, other],
        [eve, chat],
      ] as const) {
        expect(await here.store.beginOnce(of, by, 'k2', 'p', startMs)).toEqual({ kind: 'begin' })
      }
    })

    test('a key that was given up, whose claim ran out, or whose result expired is free again', async () => {
      const begin = (key: string, at = startMs) => here.store.beginOnce(ada, chat, key, 'p', at)
      await begin('k3')
      await here.store.dropOnce(ada, chat, 'k3')
      expect(await begin('k3')).toEqual({ kind: 'begin' })
      expect(await begin('k3', startMs + minute)).toEqual({ kind: 'begin' })
      await here.store.endOnce(ada, chat, 'k3', { result: 1, holdsTexts: true }, startMs + 2 * minute)
      expect(await begin('k3', startMs + 2 * minute)).toEqual({ kind: 'begin' })
    })
  })
}
