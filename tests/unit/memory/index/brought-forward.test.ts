/** What ranking keeps between searches is brought forward by what was added, and found anew after any other change. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { OwnerFacts } from '../../../../src/memory/index/facts.ts'
import { scoreFields } from '../../../../src/memory/rank/fields.ts'
import { recipe } from '../../../../src/memory/rank/recipe.ts'
import { visibleItems } from '../../../../src/memory/rank/visible.ts'
import type { ClientId } from '../../../../src/shared/brand.ts'

const put = fc.record({
  thread: fc.integer({ min: 0, max: 1 }),
  position: fc.integer({ min: 0, max: 20 }),
  length: fc.integer({ min: 1, max: 9 }),
  app: fc.constantFrom('chat', 'notes', 'mail'),
  validFrom: fc.integer({ min: 0, max: 9 }),
  validTo: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
})
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('add' as const), item: put }) },
  fc.record({ kind: fc.constant('change' as const), item: put, which: fc.nat(30) }),
  fc.record({ kind: fc.constant('remove' as const), which: fc.nat(30) }),
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('ask' as const), asOf: fc.integer({ min: 0, max: 12 }) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function take(facts: OwnerFacts, one: Step): void {
  if (one.kind === 'ask') return
  const at = one.kind === 'add' ? facts.ordinals : one.which % Math.max(1, facts.ordinals)
  if (one.kind === 'remove') facts.remove(at)
  if (one.kind === 'remove' || (one.kind === 'change' && facts.live[at] !== 1)) return
  const { thread, app, ...rest } = one.item
  facts.put({
    ...{ ...rest, ordinal: at, threadId: `thread ${thread}`, appId: app as ClientId, language: 0, traits: 0 },
    ...{ speakerKind: 'self', speakerName: undefined, categories: [], state: 'active' },
    ...{ occurredAt: undefined, createdAt: at },
  })
}

function answers(facts: OwnerFacts, asOf: number) {
  const visible = visibleItems(facts, { asOf, maySee: ({ appId }) => appId !== 'mail' })
  const having = [...visible.keys()].filter((at) => visible[at] === 1 && at % 2 === 0)
  const postings = {
    ordinals: Int32Array.from(having),
    frequencies: new Int32Array(having.length).fill(1),
    count: having.length,
  }
  const sought = { limit: Number.POSITIVE_INFINITY, always: [], factor: () => 1, highestFactor: 1 }
  const { found, scores } = scoreFields(facts, [{ weight: 1, postings }], recipe, sought)
  return { visible: [...visible], scores: [...found].sort((a, b) => a - b).map((at) => [at, scores[at]]) }
}

test('whatever was added, changed and removed between searches, each answers as the first of a process would', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const kept = new OwnerFacts()
      for (const [place, one] of steps.entries()) {
        take(kept, one)
        if (one.kind !== 'ask') continue
        const fresh = new OwnerFacts()
        for (const before of steps.slice(0, place)) take(fresh, before)
        expect(answers(kept, one.asOf)).toEqual(answers(fresh, one.asOf))
      }
    }),
    { numRuns: 400 },
  )
})
