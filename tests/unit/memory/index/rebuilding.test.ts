/** What making an index of words anew does next, and what it means, without an engine: memory/index/rebuilding. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  afterClear,
  afterFill,
  afterRead,
  begun,
  empty,
  isIncomplete,
  isSettled,
  isShort,
  isToBegin,
  isUnfinished,
  nextPortion,
  onlyReadable,
  portionLimits,
  type RebuildState,
  renewed,
  sideInUse,
  sidesInUse,
  unread,
} from '../../../../src/memory/index/rebuilding.ts'
import { readWords } from '../../../../src/memory/index/rebuilding-words.ts'
import { analyzerVersion } from '../../../../src/memory/text/analyze.ts'

const key = 7
const whole: RebuildState = { key, ...empty }
const outdated: RebuildState = { ...whole, analyzer: 0, next_analyzer: 0 }

describe('What comes next', () => {
  test('nothing, where an owner had no memories, and a search waits for nothing', () => {
    expect(nextPortion(whole)).toBeUndefined()
    expect([isUnfinished(whole), isSettled(whole), isIncomplete(whole)]).toEqual([false, true, false])
  })

  test('where memories have no index, they get items, then their words are read into the side in use', () => {
    const start: RebuildState = { key, ...unread }
    expect(isSettled(start)).toBe(false)
    expect(nextPortion(start)).toEqual({ kind: 'fill', after: 0 })
    const more = afterFill(
      start,
      Array.from({ length: portionLimits.filled }, (_, n) => n + 1),
    )
    expect(nextPortion(more)).toEqual({ kind: 'fill', after: portionLimits.filled })
    const filled = afterFill(more, [1_001])
    expect(nextPortion(filled)).toEqual({ kind: 'read', from: 0, side: sideInUse(filled) })
    const read = afterRead(filled, { to: 250, isLast: false })
    expect([nextPortion(read), isIncomplete(read)]).toEqual([{ kind: 'read', from: 250, side: key }, true])
    const done = afterRead(read, { to: 300, isLast: true })
    expect([nextPortion(done), isIncomplete(done)]).toEqual([undefined, false])
    // So that no process goes on with what it kept of the half of it.
    expect(done.generation).toBeGreaterThan(read.generation)
  })

  test('what another program has read is begun anew beside it, and cleared once the sides have changed places', () => {
    expect([isToBegin(outdated), isSettled(outdated), isIncomplete(outdated)]).toEqual([true, false, true])
    const beside = begun(outdated)
    expect([isToBegin(beside), isSettled(beside), sideInUse(beside)]).toEqual([false, false, key])
    expect(nextPortion(beside)).toEqual({ kind: 'clear', side: -key })
    expect(nextPortion(afterClear(beside, false))).toEqual({ kind: 'clear', side: -key })
    const reading = afterClear(beside, true)
    expect(nextPortion(reading)).toEqual({ kind: 'read', from: 0, side: -key })
    const done = afterRead(reading, { to: 9, isLast: true })
    expect([sideInUse(done), isIncomplete(done), nextPortion(done)]).toEqual([
      -key,
      false,
      { kind: 'clear', side: key },
    ])
    expect(isUnfinished(afterClear(done, true))).toBe(false)
  })

  test('an owner is read at once up to 256 memories and 65,536 characters', () => {
    expect(isShort({ memories: 256, characters: 65_536 })).toBe(true)
    expect(isShort({ memories: 257, characters: 0 })).toBe(false)
    expect(isShort({ memories: 1, characters: 65_537 })).toBe(false)
  })
})

describe('The words of one portion', () => {
  const items = (count: number, content: string) =>
    Array.from({ length: count }, (_, n) => ({ ordinal: n + 10, memory: n + 1, content }))

  test('end where there are no more items', () => {
    const { items: read, to, isLast } = readWords(items(3, 'A red sail.'), 10)
    expect([read.map(({ ordinal }) => ordinal), to, isLast]).toEqual([[10, 11, 12], 13, true])
    expect(readWords([], 10)).toEqual({ items: [], gone: [], to: 10, isLast: true })
  })

  test('go on where so many items were asked for and came', () => {
    expect(readWords(items(portionLimits.items, 'A red sail.'), 10)).toMatchObject({
      to: 10 + portionLimits.items,
      isLast: false,
    })
  })

  test('are as many as a portion has, and one text more', () => {
    const long = Array.from({ length: portionLimits.terms }, (_, n) => `word${n}`).join(' ')
    expect(readWords(items(3, long), 10)).toMatchObject({ to: 11, isLast: false })
    const short = Array.from({ length: portionLimits.terms - 1 }, (_, n) => `word${n}`).join(' ')
    expect(readWords(items(2, short), 10)).toMatchObject({ to: 12, isLast: true })
  })

  test('pass over items that were removed, and name those whose memories are gone', () => {
    const rows = [
      { ordinal: 4, memory: null, content: null },
      { ordinal: 6, memory: 2, content: null },
      { ordinal: 7, memory: 3, content: 'A red sail.' },
    ]
    expect(readWords(rows, 4)).toMatchObject({ items: [{ ordinal: 7 }], gone: [6], to: 8, isLast: true })
  })
})

type Program = 'this' | 'another'

/**
 * An engine of one owner, in which the words of an item are who read it. Two programs of the same rules and of other words take turns
 * at it, as while two versions run beside each other.
 */
class Model {
  state: RebuildState
  readonly sides = new Map<number, Map<number, Set<Program>>>([
    [key, new Map()],
    [-key, new Map()],
  ])
  tail = new Map<number, Program>()
  packedTo = 0
  /** By ordinal; null where it was removed. */
  readonly items: (number | null)[] = []
  readonly memories: number[]

  constructor(memories: number) {
    this.memories = Array.from({ length: memories }, (_, n) => n + 1)
    this.state = { key, ...(memories === 0 ? empty : unread) }
  }

  /** As the program sees it, whose own number is always the newest. */
  private by<T>(program: Program, rule: (state: RebuildState) => T): T {
    return rule(program === 'this' ? this.state : swapped(this.state))
  }

  private set(program: Program, state: RebuildState): void {
    this.state = program === 'this' ? state : swapped(state)
  }

  private side = (number: number) => this.sides.get(number) ?? new Map<number, Set<Program>>()

  private put(side: number, ordinal: number, program: Program): void {
    const words = this.side(side)
    words.set(ordinal, (words.get(ordinal) ?? new Set()).add(program))
  }

  pack(to = this.items.length): void {
    for (const [ordinal, program] of this.tail) this.put(sideInUse(this.state), ordinal, program)
    this.tail = new Map()
    this.packedTo = to
  }

  touch(program: Program): void {
    if (this.by(program, isToBegin)) this.begin(program, begun)
  }

  begin(program: Program, how: typeof begun): void {
    this.pack()
    this.set(program, this.by(program, how))
  }

  /** `share`: how much of what is asked for is done. */
  portion(program: Program, share: number): void {
    this.touch(program)
    const next = this.by(program, nextPortion)
    if (next === undefined) return
    if (next.kind === 'clear') {
      const words = this.side(next.side)
      for (const ordinal of [...words.keys()].slice(0, Math.ceil(words.size * share))) words.delete(ordinal)
      this.set(
        program,
        this.by(program, (state) => afterClear(state, words.size === 0)),
      )
    } else if (next.kind === 'fill') {
      const seqs = this.memories.filter((seq) => seq > next.after).slice(0, portionLimits.filled)
      const missing = seqs.filter((seq) => !this.items.includes(seq))
      this.items.push(...missing)
      if (missing.length > 0) this.pack()
      this.set(
        program,
        this.by(program, (state) => afterFill(state, seqs)),
      )
    } else {
      const to = next.from + Math.ceil((this.packedTo - next.from) * share)
      for (let ordinal = next.from; ordinal < to; ordinal++) {
        if (this.items[ordinal] !== null) this.put(next.side, ordinal, program)
      }
      this.set(
        program,
        this.by(program, (state) => afterRead(state, { to, isLast: to === this.packedTo })),
      )
    }
  }

  add(program: Program): void {
    this.touch(program)
    const seq = (this.memories.at(-1) ?? 0) + 1
    this.memories.push(seq)
    this.tail.set(this.items.push(seq) - 1, program)
  }

  /** Takes out what the program itself would call the words of the memory. */
  erase(program: Program, which: number): void {
    this.touch(program)
    const [seq] = this.memories.splice(which % this.memories.length, 1)
    const ordinal = this.items.indexOf(seq ?? 0)
    const { state, cleared } = this.by(program, onlyReadable)
    for (const side of cleared) this.side(side).clear()
    this.set(program, state)
    if (ordinal < 0) return
    this.items[ordinal] = null
    this.tail.delete(ordinal)
    for (const side of sidesInUse(this.state)) {
      const words = this.side(side).get(ordinal)
      words?.delete(program)
      if (words?.size === 0) this.side(side).delete(ordinal)
    }
  }

  /** Who read an item, wherever something of it is. */
  wordsOf = (ordinal: number): readonly Program[] => [
    ...[...this.sides.values()].flatMap((words) => [...(words.get(ordinal) ?? [])]),
    ...(this.tail.has(ordinal) ? [this.tail.get(ordinal) as Program] : []),
  ]

  /** The items in which a search of this program's finds the words. */
  found = (ordinal: number): boolean =>
    this.tail.get(ordinal) === 'this' || this.side(sideInUse(this.state)).get(ordinal)?.has('this') === true
}

const swapped = (state: RebuildState): RebuildState => ({
  ...state,
  analyzer: analyzerVersion - state.analyzer,
  next_analyzer: analyzerVersion - state.next_analyzer,
})

const share = fc.constantFrom(0.3, 0.6, 1)
const program = fc.constantFrom<Program>('this', 'this', 'another')
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('portion' as const), program, share }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('add' as const), program }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('erase' as const), program, which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('renew' as const), program }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('touch' as const), program }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pack' as const), program }) },
)

test('whatever is written in between and by whom: of what is erased nothing stays, what is not found is told, and it ends whole', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(0, 3, portionLimits.filled + 3),
      fc.array(step, { minLength: 1, maxLength: 25 }),
      (memories, steps) => {
        const model = new Model(memories)
        for (const one of steps) {
          if (one.kind === 'portion') model.portion(one.program, one.share)
          else if (one.kind === 'add') model.add(one.program)
          else if (one.kind === 'erase' && model.memories.length > 0) model.erase(one.program, one.which)
          else if (one.kind === 'renew') model.begin(one.program, renewed)
          else if (one.kind === 'touch') model.touch(one.program)
          else if (one.kind === 'pack') model.pack()
          const removed = model.items.flatMap((seq, ordinal) => (seq === null ? [ordinal] : []))
          expect(removed.flatMap(model.wordsOf)).toEqual([])
          // A search begins what is to begin, and says what is incomplete.
          if (isToBegin(model.state) || isIncomplete(model.state)) continue
          for (const [ordinal, seq] of model.items.entries()) if (seq !== null) expect(model.found(ordinal)).toBe(true)
        }
        model.touch('this')
        let portions = 0
        while (isUnfinished(model.state)) {
          model.portion('this', 0.6)
          portions += 1
          expect(portions).toBeLessThan(100)
        }
        expect(isIncomplete(model.state)).toBe(false)
        expect(model.items.flatMap((seq) => seq ?? []).toSorted((a, b) => a - b)).toEqual(model.memories)
        for (const [ordinal, seq] of model.items.entries()) {
          expect(model.wordsOf(ordinal)).toEqual(seq === null ? [] : ['this'])
        }
      },
    ),
    { numRuns: 500 },
  )
})
