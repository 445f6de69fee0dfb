/**
 * What ranking knows of an owner's items besides their words, in columns by ordinal: filled by an engine's adapter, kept
 * between searches and brought forward by what changed. Pure: it knows no engine and no text.
 */
import type { SpeakerKind } from '../schema.ts'
import { trait } from '../text/traits.ts'
import { isGuessed } from '../threads.ts'
import { Interned } from './interned.ts'
import {
  type ItemClass,
  type ItemFacts,
  type ItemSpeaker,
  isSameClass,
  isSameSpeaker,
  keyOfClass,
  keyOfSpeaker,
  none,
} from './item-facts.ts'
import { type Chains, joinThread, leaveThread } from './thread-chains.ts'

const firstCapacity = 64
/** What an item takes in the columns here, and in those that ranking keeps beside them (visible, gains). */
const bytesOfItem = 84
/** What a thread takes: its id, its number, its sums. Measured. */
const bytesOfThread = 200

/** Columns by ordinal. Read the columns, change them through `put` and `remove` only. */
export class OwnerFacts implements Chains {
  /** One past the highest ordinal seen. */
  ordinals = 0
  /** Rises with every change. */
  changes = 0
  items = 0
  totalLength = 0
  private capacity = firstCapacity
  live = new Uint8Array(firstCapacity)
  length = new Int32Array(firstCapacity)
  traits = new Uint8Array(firstCapacity)
  guessedThread = new Uint8Array(firstCapacity)
  language = new Uint8Array(firstCapacity)
  // Of `Chains`, as far as `threads`.
  thread = new Int32Array(firstCapacity)
  position = new Float64Array(firstCapacity)
  previous = new Int32Array(firstCapacity)
  next = new Int32Array(firstCapacity)
  place = new Int32Array(firstCapacity)
  alone = new Uint8Array(firstCapacity)
  readonly last: number[] = []
  readonly threadItems: number[] = []
  readonly threadUnordered: number[] = []
  readonly displaced = new Set<number>()
  threads = 0
  speaker = new Int32Array(firstCapacity)
  itemClass = new Int32Array(firstCapacity)
  /** NaN where unknown. */
  occurredAt = new Float64Array(firstCapacity)
  createdAt = new Float64Array(firstCapacity)
  validFrom = new Float64Array(firstCapacity)
  /** Infinity while it holds. */
  validTo = new Float64Array(firstCapacity)
  /** Sums of lengths by thread, and what of them an assistant said. */
  readonly threadLength: number[] = []
  readonly threadAssistantLength: number[] = []
  assistantLength = 0
  /** Ordinals of the person's own instructions. */
  readonly instructions = new Set<number>()
  /** All traits that any item has had. */
  traitsSeen = 0
  /** How many items are in each of text/languages. */
  readonly languageItems: number[] = []
  private classTable = new Interned<ItemClass>(keyOfClass, isSameClass)
  private speakerTable = new Interned<ItemSpeaker>(keyOfSpeaker, isSameSpeaker)
  private threadTable = new Interned<string>(
    (threadId) => threadId,
    (left, right) => left === right,
  )

  get classes(): readonly ItemClass[] {
    return this.classTable.values
  }
  get speakers(): readonly ItemSpeaker[] {
    return this.speakerTable.values
  }
  /** The number of a thread, or `none`. */
  threadPlace(threadId: string): number {
    return this.threadTable.find(threadId) ?? none
  }
  kindOf(at: number): SpeakerKind | undefined {
    return this.speakers[this.speaker[at] ?? none]?.kind
  }
  /** What they take of the process's memory, about. */
  get bytes(): number {
    return this.capacity * bytesOfItem + this.threadTable.values.length * bytesOfThread
  }
  get averageLength(): number {
    return this.items === 0 ? 1 : this.totalLength / this.items
  }

  /**
   * Whether nothing else has happened since there were so many changes and ordinals than that items came, one for each ordinal since:
   * each took a change, so none is left for an item of before.
   */
  onlyAddedSince(changes: number, ordinals: number): boolean {
    if (this.changes - changes !== this.ordinals - ordinals) return false
    for (let at = ordinals; at < this.ordinals; at++) if (this.live[at] !== 1) return false
    return true
  }

  /** Adds an item, or changes the facts of one; its length, thread and place in it stay what they were. */
  put(facts: ItemFacts): void {
    const at = facts.ordinal
    this.changes += 1
    this.grow(at + 1)
    this.speaker[at] = this.speakerTable.placeOf({ kind: facts.speakerKind, name: facts.speakerName })
    this.itemClass[at] = this.classTable.placeOf({
      appId: facts.appId,
      categories: facts.categories,
      state: facts.state,
    })
    this.traits[at] = facts.traits
    this.traitsSeen |= facts.traits
    this.occurredAt[at] = facts.occurredAt ?? Number.NaN
    this.createdAt[at] = facts.createdAt
    this.validFrom[at] = facts.validFrom
    this.validTo[at] = facts.validTo ?? Number.POSITIVE_INFINITY
    if (this.live[at] === 1) return
    this.length[at] = facts.length
    this.language[at] = facts.language
    this.position[at] = facts.position
    this.guessedThread[at] = isGuessed(facts.threadId) ? 1 : 0
    this.count(at, this.threadTable.placeOf(facts.threadId))
  }

  remove(at: number): void {
    if (this.live[at] !== 1) return
    this.changes += 1
    this.live[at] = 0
    const length = this.length[at] ?? 0
    const language = this.language[at] ?? 0
    this.items -= 1
    this.totalLength -= length
    this.instructions.delete(at)
    this.languageItems[language] = (this.languageItems[language] ?? 1) - 1
    this.lengthen(at, -length)
    leaveThread(this, at)
  }

  /**
   * The facts of some of the items, as if there were no others: what counts items, lengths and threads, and who stands beside whom, is of
   * these alone. What an item is by itself is shared with these facts, so they are good until these change.
   */
  only(isMeant: (at: number) => boolean): OwnerFacts {
    const { ordinals, capacity, classTable, speakerTable, threadTable } = this
    const { length, traits, guessedThread, language, position, speaker, itemClass } = this
    const { occurredAt, createdAt, validFrom, validTo } = this
    const shared = { length, traits, guessedThread, language, position, speaker, itemClass }
    const times = { occurredAt, createdAt, validFrom, validTo }
    const tables = { classTable, speakerTable, threadTable }
    const part = Object.assign(new OwnerFacts(), { ordinals, capacity }, shared, times, tables)
    part.live = new Uint8Array(capacity)
    part.alone = new Uint8Array(capacity)
    for (const name of ['thread', 'place', 'previous', 'next'] as const) part[name] = new Int32Array(capacity)
    for (let at = 0; at < ordinals; at++)
      if (this.live[at] === 1 && isMeant(at)) part.count(at, this.thread[at] as number)
    return part
  }

  /** Counts an item whose columns are filled, in its thread. */
  private count(at: number, thread: number): void {
    const [length, language] = [this.length[at] as number, this.language[at] as number]
    this.live[at] = 1
    this.traitsSeen |= this.traits[at] as number
    if (this.kindOf(at) === 'self' && ((this.traits[at] as number) & trait.instruction) !== 0) this.instructions.add(at)
    this.items += 1
    this.totalLength += length
    this.languageItems[language] = (this.languageItems[language] ?? 0) + 1
    joinThread(this, at, thread)
    this.lengthen(at, length)
  }

  private lengthen(at: number, by: number): void {
    const thread = this.thread[at] ?? none
    this.threadLength[thread] = (this.threadLength[thread] ?? 0) + by
    const assistant = this.kindOf(at) === 'assistant' ? by : 0
    this.threadAssistantLength[thread] = (this.threadAssistantLength[thread] ?? 0) + assistant
    this.assistantLength += assistant
  }

  private grow(ordinals: number): void {
    if (ordinals > this.ordinals) this.ordinals = ordinals
    if (ordinals <= this.capacity) return
    this.capacity = Math.max(ordinals, this.capacity * 2)
    const copied = <T extends Uint8Array | Int32Array | Float64Array>(into: T, from: T): T => {
      into.set(from)
      return into
    }
    for (const name of ['live', 'traits', 'language', 'guessedThread', 'alone'] as const) {
      this[name] = copied(new Uint8Array(this.capacity), this[name])
    }
    for (const name of ['length', 'thread', 'place', 'previous', 'next', 'speaker', 'itemClass'] as const) {
      this[name] = copied(new Int32Array(this.capacity), this[name])
    }
    for (const name of ['position', 'occurredAt', 'createdAt', 'validFrom', 'validTo'] as const) {
      this[name] = copied(new Float64Array(this.capacity), this[name])
    }
  }
}
