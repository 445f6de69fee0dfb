import { graphLimits } from '../graph/schema.ts'

/** RFC 3986: an absolute http or https address, up to white space; what closes a sentence or a bracket is not of it. */
const link = /\bhttps?:\/\/[^\s<>"'`]{3,2000}/giu
/** RFC 5321 section 4.1.2 in its usual form: no quoted local part. Bounded, so that no text takes time by its square. */
const email = /(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}\b/giu

const short = (text: string) => text.length <= graphLimits.nameCharacters

/** Addresses of pages, each once, as they were written. One that is longer than a name may be is none. */
export const linksIn = (text: string): readonly string[] =>
  text.includes('://') ? unique((text.match(link) ?? []).map((found) => found.replace(/[.,;:!?)\]}…]+$/u, ''))) : []

/** Mail addresses, each once, as they were written. */
export const emailsIn = (text: string): readonly string[] => (text.includes('@') ? unique(text.match(email) ?? []) : [])

const unique = (found: readonly string[]): readonly string[] => [...new Set(found)].filter(short)
