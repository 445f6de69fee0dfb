/** The format that the bench reads: one conversation a line. The file is named by RECALL_DATA and never copied. */
import { readFileSync } from 'node:fs'
import type { SpeakerKind } from '../../../src/memory/schema.ts'
import { chosenOn, heldOut } from '../../support/small-memories.ts'

export interface BenchItem {
  readonly id: string
  readonly thread: string
  readonly position: number
  readonly occurredAt?: string
  readonly speaker: string
  readonly text: string
}
interface BenchQuestion {
  readonly id: string
  readonly text: string
  readonly category: string
  readonly gold: readonly string[]
}
export interface Conversation {
  readonly conversation: string
  readonly items: readonly BenchItem[]
  readonly questions: readonly BenchQuestion[]
}

export const readConversations = (path: string): Conversation[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line))

/** The small memories as conversations, each fact by itself; the categories say which the ranking's numbers were not chosen on. */
export const smallConversations = (): Conversation[] =>
  [...chosenOn, ...heldOut].map((memory) => ({
    conversation: memory.name,
    items: Object.entries(memory.facts).map(([id, text]) => ({ id, thread: id, position: 0, speaker: 'user', text })),
    questions: memory.questions.map(([text, ...gold], i) => ({
      id: `${memory.name}/${i}`,
      text,
      category: `${heldOut.includes(memory) ? 'held out' : 'chosen on'}: ${memory.name}`,
      gold,
    })),
  }))

/** A chat's `user` is the person, its `assistant` one; anybody else has a name. */
export function speakerOf(name: string): { kind: SpeakerKind; name?: string } {
  if (name === 'user') return { kind: 'self' }
  if (name === 'assistant') return { kind: 'assistant' }
  return { kind: 'other', name }
}
