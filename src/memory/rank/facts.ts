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
} from './item-facts.ts'

/** No item, no thread. */
export const none = -1
const firstCapacity = 64
/** What an item takes in the columns here, and in those that ranking keeps beside them (visible, gains). */
const bytesOfItem = 84
/** What a thread takes: its id, its number, its sums. Measured. */
const bytesOfThread = 200

/** Columns by ordinal. Read the columns, change them through `put` and `remove` only. */
export class OwnerFacts {
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
  thread = new Int32Array(firstCapacity)
  position = new Float64Array(firstCapacity)
  /** The item before and the item after in the thread, or `none`. */
  previous = new Int32Array(firstCapacity)
  next = new Int32Array(firstCapacity)
  /** Its place in the thread from 0, as `settlePlaces` leaves it: not of threads that are not in order. */
  place = new Int32Array(firstCapacity)
  /** 1 for the only item of its thread. */
  alone = new Uint8Array(firstCapacity)
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
  readonly threadItems: number[] = []
  /** 1 for a thread in which a later item has a lower ordinal: it was imported, or put in between. */
  readonly threadUnordered: number[] = []
  /** All traits that any item has had. */
  traitsSeen = 0
  /** How many threads have an item. */
  threads = 0
  /** How many items are in each of text/languages. */
  readonly languageItems: number[] = []
  private readonly last: number[] = []
  /** Threads whose items have moved. */
  private readonly displaced = new Set<number>()
  private readonly classTable = new Interned<ItemClass>(keyOfClass, isSameClass)
  private readonly speakerTable = new Interned<ItemSpeaker>(keyOfSpeaker, isSameSpeaker)
  private readonly threadTable = new Interned<string>(
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
    this.live[at] = 1
    this.length[at] = facts.length
    if (facts.speakerKind === 'self' && (facts.traits & trait.instruction) !== 0) this.instructions.add(at)
    this.language[at] = facts.language
    this.position[at] = facts.position
    this.guessedThread[at] = isGuessed(facts.threadId) ? 1 : 0
    this.items += 1
    this.totalLength += facts.length
    this.languageItems[facts.language] = (this.languageItems[facts.language] ?? 0) + 1
    this.link(at, this.threadTable.placeOf(facts.threadId))
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
    const thread = this.thread[at] ?? none
    const before = this.previous[at] ?? none
    const after = this.next[at] ?? none
    if (before !== none) this.next[before] = after
    if (after !== none) {
      this.previous[after] = before
      this.displaced.add(thread)
    } else this.last[thread] = before
    for (const left of [before, after]) if (left !== none) this.alone[left] = this.isAlone(left)
    this.lengthen(at, thread, -length)
    const left = (this.threadItems[thread] ?? 1) - 1
    this.threadItems[thread] = left
    if (left === 0) this.threads -= 1
  }

  /** Numbers the places of the threads whose items have moved; what comes behind all others of its thread moves none. */
  settlePlaces(): void {
    for (const thread of this.displaced) {
      let unordered = 0
      let place = (this.threadItems[thread] ?? 0) - 1
      for (let at = this.last[thread] ?? none; at !== none; at = this.previous[at] ?? none) {
        this.place[at] = place--
        if ((this.previous[at] ?? none) > at) unordered = 1
      }
      this.threadUnordered[thread] = unordered
    }
    this.displaced.clear()
  }

  /** Puts an item into its thread by position; items mostly come in order, so the search begins at the end. */
  private link(at: number, thread: number): void {
    const position = this.position[at] ?? 0
    let before = this.last[thread] ?? none
    let after = none
    while (before !== none && (this.position[before] ?? 0) > position) {
      after = before
      before = this.previous[before] ?? none
    }
    this.thread[at] = thread
    this.previous[at] = before
    this.next[at] = after
    if (before !== none) this.next[before] = at
    if (after !== none) this.previous[after] = at
    else this.last[thread] = at
    if (after !== none || before > at) this.displaced.add(thread)
    else this.place[at] = before === none ? 0 : (this.place[before] ?? 0) + 1
    for (const one of [before, after, at]) if (one !== none) this.alone[one] = this.isAlone(one)
    this.lengthen(at, thread, this.length[at] ?? 0)
    const items = (this.threadItems[thread] ?? 0) + 1
    this.threadItems[thread] = items
    this.threadUnordered[thread] ??= 0
    if (items === 1) this.threads += 1
  }

  private isAlone(at: number): number {
    return this.previous[at] === none && this.next[at] === none ? 1 : 0
  }

  private lengthen(at: number, thread: number, by: number): void {
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
