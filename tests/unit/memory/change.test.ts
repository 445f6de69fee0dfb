import { describe, expect, test } from 'bun:test'
import { openRule } from '../../../src/memory/access.ts'
import { adding } from '../../../src/memory/change/add.ts'
import { merging, superseding, undoing } from '../../../src/memory/change/correct.ts'
import { createPlaces } from '../../../src/memory/change/places.ts'
import { isRetold, jobsOf, memoriesChanged } from '../../../src/memory/change/set.ts'
import { erasing, movingTo, updating } from '../../../src/memory/change/update.ts'
import { snapshotOf } from '../../../src/memory/stored/memory.ts'
import { app, draftOf, memoryOf, owner, policyAt, startMs } from '../../support/memories.ts'

const writing = { ownerId: owner('ada'), appId: app('app') }
const rule = openRule(writing.appId)
const at = startMs + 1_000
const nothing = { rule, recalled: [], newestOfApp: () => undefined, sameText: () => [], firstFree: () => 0 }

describe('places in threads', () => {
  test('go on behind whoever stands there before the write, and behind those of the write', () => {
    const places = createPlaces((thread) => (thread === 'old' ? 7 : 0))
    const given = ['old', 'new', 'old', 'new'].map((thread) => places.behind(thread).position)
    expect(given).toEqual([7, 0, 8, 1])
  })

  test('are taken again by what comes back, unless another memory stands there', () => {
    const places = createPlaces(
      () => 3,
      ({ position }) => position === 2,
    )
    const given = [5, 1, 5, 2, undefined].map((wanted) => places.again('thread', wanted).position)
    expect(given).toEqual([5, 1, 6, 7, 8])
  })
})

describe('what a write comes to', () => {
  test('of drafts that say the same the first is made', () => {
    const drafts = [draftOf('One.'), draftOf('One.'), draftOf('Two.')]
    const { outcomes, changes } = adding(nothing, writing, drafts, policyAt(at))
    expect(outcomes.map(({ status }) => status)).toEqual(['added', 'duplicate', 'added'])
    expect(changes.made?.map(({ content, position, validFrom }) => [content, position, validFrom])).toEqual([
      ['One.', 0, at],
      ['Two.', 1, at],
    ])
    expect(changes.events.map(({ kind }) => kind)).toEqual(['created', 'created'])
  })

  test('only a text that is new is read by a model; a graph elsewhere follows every change', () => {
    const memory = memoryOf('One.')
    const content = { text: 'Two.', hash: 'two' }
    const changes = [
      updating(memory, rule, writing, { content }, { at }).changes,
      updating(memory, rule, writing, { metadata: { a: 1 } }, { at }).changes,
      movingTo('archived', [memory], writing, { at }),
      erasing([memory], writing, { at }),
    ].flatMap(memoriesChanged)
    expect(changes.map(jobsOf)).toEqual([['graph', 'extract'], ['graph'], ['graph'], ['graph']])
    expect(changes.map(isRetold)).toEqual([true, false, false, true])
  })

  test('a correction closes what held and stands behind it in its thread', () => {
    const before = memoryOf('He lives in Rome.')
    const known = { rule, sameText: [], firstFree: () => 4 }
    const { memory, closed, changes } = superseding(known, writing, before, draftOf('He lives in Oslo.'), { at })
    expect(closed).toMatchObject({ id: before.id, validTo: at, version: 2 })
    expect(memory).toMatchObject({ threadId: before.threadId, position: 4, supersedes: before.id, validFrom: at })
    expect(changes.events.map(({ kind, otherId }) => [kind, otherId])).toEqual([
      ['superseded', memory.id],
      ['created', before.id],
    ])
  })

  test('a merge that is taken back leaves both as they were', () => {
    const [kept, other] = [memoryOf('One.'), memoryOf('Two.')]
    const known = [kept, other]
    const change = { content: { text: 'One. Two.', hash: 'both' } }
    const find = (among: readonly (typeof kept)[]) => (id: string) => among.find((one) => one.id === id)
    const merged = merging({ rule, find: find(known) }, writing, [kept.id, other.id], change, { at }).changes
    const now = merged.rewritten?.map(({ after }) => after) ?? []
    const events = merged.events.map(({ id, kind, before, otherId }, i) => ({
      ...{ seq: i + 1, memoryId: id, kind, appId: writing.appId, at, otherId },
      before: before && snapshotOf(before),
    }))
    const newestChange = (id: string) => events.find(({ memoryId }) => memoryId === id)
    const { changes } = undoing({ rule, find: find(now), newestChange }, writing, kept.id, { at })
    expect(new Map(changes.rewritten?.map(({ after }) => [after.id, snapshotOf(after)]))).toEqual(
      new Map(known.map((memory) => [memory.id, snapshotOf(memory)])),
    )
    expect(changes.events.map(({ kind, undoes }) => [kind, undoes])).toEqual([
      ['undone', 2],
      ['undone', 1],
    ])
  })
})
