/**
 * Entities that simple rules find in a text, without a model: the few things that can be told by their form. Each rule is a
 * pure function in a file of this folder. They read the beginning of a long text, in time that grows with its length.
 */
import type { GivenEntity } from '../graph/schema.ts'
import { datesIn } from './dates.ts'
import { emailsIn, linksIn } from './links.ts'
import { namesIn } from './names.ts'

export const charactersRead = 8_000

/** In the order of the rules; names are looked for in what the others leave. */
export function entitiesIn(content: string): readonly GivenEntity[] {
  const text = content.slice(0, charactersRead)
  const links = linksIn(text)
  const emails = emailsIn(text)
  const taken = [...links, ...emails].sort((a, b) => b.length - a.length)
  const rest = taken.reduce((left, one) => left.replaceAll(one, ' . '), text)
  return [
    ...links.map((name) => ({ name, kind: 'link' as const })),
    ...emails.map((name) => ({ name: name.toLowerCase(), kind: 'email' as const })),
    ...datesIn(rest).map((name) => ({ name, kind: 'date' as const })),
    ...namesIn(rest).map((name) => ({ name, kind: 'other' as const })),
  ]
}
