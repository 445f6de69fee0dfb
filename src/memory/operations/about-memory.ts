/** What is around one memory: what resembles it, and who read it. */
import { Type as t } from '@sinclair/typebox'
import type { MemoryId } from '../../shared/brand.ts'
import { assertUnrestricted } from '../access.ts'
import { findMemory } from '../find-memory.ts'
import { namesFor, ShownMemory, showWhole, toWire, WireMemory } from '../present.ts'
import { recall } from '../recall.ts'
import { limits } from '../schema.ts'
import { toIso } from '../time.ts'
import { IdPageInput, IdParams, inputIn, operation, PageQuery, paged, pageOf, read } from './define.ts'

const relatedCount = 5

export const relatedMemories = operation({
  name: 'related_memories',
  title: 'Related memories',
  description: 'The memories that resemble one, best first.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: IdParams,
  output: t.Object({ memories: t.Array(ShownMemory) }),
  rest: [
    {
      method: 'get',
      path: '/memories/{id}/related',
      operationId: 'getRelatedMemories',
      summary: 'The memories that resemble one.',
      status: 200,
      params: IdParams,
      query: PageQuery,
      response: t.Object({
        items: t.Array(WireMemory),
        total: t.Integer(),
        page: t.Integer(),
        size: t.Integer(),
        pages: t.Integer(),
      }),
      toInput: (wire) => read(IdParams, wire.params),
      toBody: ({ memories }) => ({
        items: memories.map(toWire),
        total: memories.length,
        page: 1,
        size: relatedCount,
        pages: memories.length === 0 ? 0 : 1,
      }),
    },
  ],
  async run(services, caller, { id }) {
    const memory = await findMemory(services, caller, id as MemoryId)
    const query = memory.content.slice(0, limits.queryCharacters)
    // By words alone: what has none of them is left out anyway, as it merely stands beside what has, and a page never waits for a model.
    const words = { ...services, embedder: undefined }
    const hits = await recall(words, caller, { query, limit: relatedCount + 1, unlogged: true })
    const related = hits
      .flatMap(({ memory: each, why }) => (each.id === memory.id || why.matched.length === 0 ? [] : [each]))
      .slice(0, relatedCount)
    const names = await namesFor(services.appNames, related)
    return { memories: showWhole(related, names) }
  },
})

const LogEntry = t.Object({
  id: t.Integer({ description: 'Its place among the readings of this memory, from 1.' }),
  memory_id: t.String(),
  app_id: t.String(),
  app_name: t.String(),
  access_type: t.Union([t.Literal('search'), t.Literal('read')]),
  score: t.Optional(t.Number()),
  accessed_at: t.String(),
})
const Log = t.Object({ ...paged, logs: t.Array(LogEntry) })

export const accessLog = operation({
  name: 'access_log',
  title: 'Who read a memory',
  description: 'Which app read a memory, and when; the newest first. What was asked is not kept.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: IdPageInput,
  output: Log,
  rest: [
    {
      method: 'get',
      path: '/memories/{id}/access-log',
      operationId: 'getAccessLog',
      summary: 'Who read a memory.',
      status: 200,
      params: IdParams,
      query: PageQuery,
      response: Log,
      toInput: (wire) => ({ ...read(IdParams, wire.params), ...inputIn(PageQuery, wire.query) }),
    },
  ],
  async run({ store, appNames }, { ownerId, appId }, { id, ...paging }) {
    // It tells what other apps read.
    assertUnrestricted(await store.rule(ownerId, appId))
    const { range, head, place } = pageOf(paging)
    const { items, total } = await store.accessLog(ownerId, appId, id as MemoryId, range)
    const names = await appNames.names([...new Set(items.map((entry) => entry.appId))])
    return {
      ...head(total),
      logs: items.map((entry, index) => ({
        id: place(total, index),
        memory_id: entry.memoryId,
        app_id: entry.appId,
        app_name: names.get(entry.appId) ?? entry.appId,
        access_type: entry.kind,
        ...(entry.score === undefined ? {} : { score: entry.score }),
        accessed_at: toIso(entry.at),
      })),
    }
  },
})

const Day = t.Object({
  app_id: t.String(),
  app_name: t.String(),
  last_accessed_at: t.String({ description: 'The last time of that day.' }),
  access_count: t.Integer({ description: 'How often on that day.' }),
})
const Days = t.Object({ ...paged, days: t.Array(Day) })

export const accessDays = operation({
  name: 'access_days',
  title: 'Who read a memory, by day',
  description: 'Which app read a memory on which day (UTC), and how often; what was read last first.',
  effect: 'read',
  idempotent: true,
  scope: 'memories:read',
  tool: false,
  input: IdPageInput,
  output: Days,
  rest: [
    {
      method: 'get',
      path: '/memories/{id}/access-log/days',
      operationId: 'getAccessDays',
      summary: 'Who read a memory, by app and day.',
      status: 200,
      params: IdParams,
      query: PageQuery,
      response: Days,
      toInput: (wire) => ({ ...read(IdParams, wire.params), ...inputIn(PageQuery, wire.query) }),
    },
  ],
  async run({ store, appNames }, { ownerId, appId }, { id, ...paging }) {
    assertUnrestricted(await store.rule(ownerId, appId))
    const { range, head } = pageOf(paging)
    const { items, total } = await store.accessDays(ownerId, appId, id as MemoryId, range)
    const names = await appNames.names([...new Set(items.map((day) => day.appId))])
    return {
      ...head(total),
      days: items.map(({ appId: by, lastAt, count }) => ({
        app_id: by,
        app_name: names.get(by) ?? by,
        last_accessed_at: toIso(lastAt),
        access_count: count,
      })),
    }
  },
})
