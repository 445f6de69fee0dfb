/** What ranking knows of one item besides its words. */
import type { ClientId } from '../../shared/brand.ts'
import type { MemoryState, SpeakerKind } from '../schema.ts'

/** No item, no thread. */
export const none = -1

/** One item's facts as an engine keeps them. Times are Unix milliseconds. */
export interface ItemFacts {
  /** Its place in the owner's index: never given to another item. */
  readonly ordinal: number
  /** In terms. */
  readonly length: number
  /** Place in text/languages. */
  readonly language: number
  /** Bits of text/traits. */
  readonly traits: number
  readonly threadId: string
  readonly position: number
  readonly speakerKind: SpeakerKind
  readonly speakerName: string | undefined
  readonly appId: ClientId
  readonly categories: readonly string[]
  readonly state: MemoryState
  readonly occurredAt: number | undefined
  readonly createdAt: number
  readonly validFrom: number
  readonly validTo: number | undefined
}

/** What decides whether an app may see an item: few distinct ones for many items, so that a rule is asked once for each. */
export interface ItemClass {
  readonly appId: ClientId
  readonly categories: readonly string[]
  readonly state: MemoryState
}

export const isSameClass = (left: ItemClass, right: ItemClass): boolean =>
  left.appId === right.appId && left.state === right.state && isSameList(left.categories, right.categories)

const isSameList = (left: readonly string[], right: readonly string[]): boolean =>
  left === right || (left.length === right.length && left.every((one, place) => one === right[place]))

export const keyOfClass = ({ appId, state, categories }: ItemClass): string =>
  JSON.stringify([appId, state, categories])

export interface ItemSpeaker {
  readonly kind: SpeakerKind
  readonly name: string | undefined
}

export const isSameSpeaker = (left: ItemSpeaker, right: ItemSpeaker): boolean =>
  left.kind === right.kind && left.name === right.name

export const keyOfSpeaker = ({ kind, name = '' }: ItemSpeaker): string => `${kind}\n${name}`
