/** A model that reads one text. It is given nothing else, can call nothing, and what it says is only ever kept with that text. */
import { entityKey, folded } from '../graph/knowledge.ts'
import type { Extraction } from '../graph/schema.ts'
import type { Speaker } from '../schema.ts'
import type { ModelAnswer } from './schema.ts'

export interface TextToRead {
  readonly content: string
  readonly speaker: Speaker
  /** When it was recorded, Unix ms: for "yesterday". */
  readonly recordedAt: number
}

export interface Extractor {
  /** As the start says it. */
  readonly name: string
  /**
   * @throws Fault `unavailable` when the model does not answer; any other error is this text's: the model refuses it, or does not
   * answer as it was asked to
   */
  read(text: TextToRead, signal?: AbortSignal): Promise<ModelAnswer>
}

/** What is derived of one memory. */
export interface Derived extends Extraction {
  readonly categories: readonly string[]
  /** Unix ms. */
  readonly occurredAt: number | undefined
}

/**
 * What of an answer is believed: entities that the text or its speaker names, relations between them, a day that exists, categories
 * that are words. Whatever else a text talks a model into stops here.
 */
export function groundedIn({ content, speaker }: TextToRead, answer: ModelAnswer): Derived {
  const said = ` ${folded(`${content} ${speaker.name ?? ''}`)} `
  const named = (name: string) => entityKey(name) !== '' && said.includes(entityKey(name))
  return {
    facts: answer.facts.map((fact) => fact.trim()).filter((fact) => fact !== ''),
    entities: answer.entities.filter(({ name }) => named(name)),
    relations: answer.relations.filter(({ subject, object }) => named(subject) && named(object)),
    categories: [...new Set(answer.categories.map((name) => name.trim().toLowerCase()))].filter((name) =>
      word.test(name),
    ),
    occurredAt: dayOf(answer.occurred_on),
  }
}

const word = /^[\p{L}\p{N}][\p{L}\p{N} &/_-]{0,39}$/u

function dayOf(text: string | null): number | undefined {
  if (text === null || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined
  const ms = Date.parse(`${text}T00:00:00Z`)
  return Number.isNaN(ms) ? undefined : ms
}
