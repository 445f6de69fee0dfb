/** The shape of a rule about authorization requests. Each lives in checks/ in a file of its own. */
import type { OidcDependencies } from '../dependencies.ts'
import type { Parameters } from '../parameters.ts'
import type { AuthorizationRequest, Client } from '../ports.ts'

/** What a rule may look at. */
export interface Question {
  readonly parameters: Parameters
  readonly dependencies: OidcDependencies
}

/** Who asks and where the answer goes: known once the rules about them have passed. */
export interface Asker {
  readonly client: Client
  readonly redirectUri: string
  readonly redirectUriSent: boolean
}

/** A rule from before anyone is known: failing is a page. Throws `OAuthError`; returns what it established. */
export type PageCheck = (question: Question, known: Partial<Asker>) => Partial<Asker> | Promise<Partial<Asker>>

/** What the later rules establish. */
type Established = Partial<Omit<AuthorizationRequest, 'clientId' | 'redirectUri' | 'redirectUriSent'>>

/**
 * A rule about a known client's request: failing goes back to the client. It may look at what the rules before it established.
 * Throws `OAuthError`; returns what it establishes.
 */
export type ClientCheck = (
  question: Question,
  asker: Asker,
  established: Established,
) => Established | Promise<Established>
