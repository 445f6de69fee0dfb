/** Mail addresses and domains of ASCII alone, as they are compared for who may sign in. */

const plainDomain = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$/
const plainLocalPart = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+$/

export const isPlainDomain = (text: string): boolean => plainDomain.test(text)

/**
 * An address in ASCII with exactly one `@`; undefined for every other, so that neither `a@evil@ok.example` nor a letter that
 * merely looks like another, or folds to it, is taken for an address on the list.
 */
export function plainAddress(email: string | undefined): { whole: string; domain: string } | undefined {
  const [local, domain, ...rest] = (email ?? '').split('@')
  if (local === undefined || domain === undefined || rest.length > 0) return undefined
  if (!plainLocalPart.test(local) || !plainDomain.test(domain)) return undefined
  return { whole: `${asciiLowerCase(local)}@${asciiLowerCase(domain)}`, domain: asciiLowerCase(domain) }
}

/** `toLowerCase` folds the Kelvin sign to `k`; this folds A to Z and nothing else. */
export const asciiLowerCase = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
