/** Which addresses the doctor leaves alone: it runs inside a network, and what it looks at may name any address there. */
import { isLoopback } from '../../shared/loopback.ts'
import { isPublicAddress } from '../../shared/public-address.ts'

/** Names that no public resolver answers (RFC 6761, RFC 6762, RFC 9476 and `.internal`), and those without a dot. */
const innerName = /^[^.]+$|\.(localhost|local|internal|alt|home\.arpa)$/i

/** Whether a URL's host is an address or a name inside a network. A name of a public form is taken for what it looks like. */
export function isInside(url: string): boolean {
  if (!URL.canParse(url)) return true
  const host = new URL(url).hostname.replace(/\.$/, '')
  const literal = host.startsWith('[') ? host.slice(1, -1) : /^[\d.]+$/.test(host) ? host : undefined
  if (literal !== undefined) return !isPublicAddress(literal)
  return isLoopback(host) || innerName.test(host)
}

/**
 * Whether an address that an answer named may be asked: one inside a network only where what the operator named is inside too, as on one
 * machine.
 */
export const mayAskBeside = (given: readonly string[]): ((url: string) => boolean) => {
  const insideToo = given.some(isInside)
  return (url) => /^https?:/.test(url) && (insideToo || !isInside(url))
}
