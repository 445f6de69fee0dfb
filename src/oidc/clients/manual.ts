/** Clients that the operator adds by hand, from the command line. Knows no HTTP. */
import type { ClientId } from '../../shared/brand.ts'
import { unixSeconds } from '../../shared/clock.ts'
import { Fault } from '../../shared/fault.ts'
import { hashToken } from '../../shared/hash.ts'
import { oneByOne } from '../../shared/portions.ts'
import type { OidcDependencies } from '../dependencies.ts'
import { OAuthError } from '../errors.ts'
import type { Client, OidcSettings } from '../ports.ts'
import { checkResources } from '../resource-indicators.ts'
import { supportedScopes } from '../scopes.ts'
import { acceptableRedirectUris } from './redirect-uris.ts'
import { removeClient } from './remove.ts'

/**
 * - `public`: an app on somebody's device; PKCE
 * - `confidential`: a server that keeps a secret; PKCE
 * - `actions`: a custom GPT: it keeps a secret, sends it in either way, and knows no PKCE
 * - `machine`: no person behind it; client_credentials only
 */
type ManualKind = 'public' | 'confidential' | 'actions' | 'machine'

interface NewClient {
  readonly kind: ManualKind
  readonly name: string
  readonly redirectUris: readonly string[]
  /** Resources of ours whose tokens it may ask about at the introspection endpoint, as a resource server does. */
  readonly serves?: readonly string[]
}

export interface ClientAdministration {
  /** The secret is told here once and kept only as its hash; a public client has none. Throws `Fault('invalid')`. */
  add(client: NewClient): Promise<{ readonly client: Client; readonly secret: string | undefined }>
  /** All of them, by hand or not, in order of id. */
  list(): AsyncIterable<Client>
  /** Ends all that was granted to it, at once and everywhere. Throws `Fault('not_found')`. */
  remove(id: string): Promise<void>
}

type Administering = Pick<OidcDependencies, 'clock' | 'random' | 'feed' | 'settings'> & {
  readonly stores: Pick<OidcDependencies['stores'], 'clients' | 'grants' | 'refreshTokens'>
}

export function createClientAdministration(dependencies: Administering): ClientAdministration {
  const { stores, clock, random, settings } = dependencies
  return {
    async add({ kind, name, redirectUris, serves = [] }) {
      if (kind === 'machine' && redirectUris.length > 0) {
        throw new Fault('invalid', 'A machine client sends nobody anywhere: leave out --redirect-uri.')
      }
      if (kind === 'public' && serves.length > 0) {
        throw new Fault('invalid', 'A client that asks about tokens proves who it is: add --confidential or --machine.')
      }
      const secret = kind === 'public' ? undefined : random.token(32)
      const client: Client = {
        id: random.token(18) as ClientId,
        name,
        redirectUris: kind === 'machine' ? [] : acceptable(redirectUris),
        postLogoutRedirectUris: [],
        authMethods: kind === 'public' ? ['none'] : ['client_secret_basic', 'client_secret_post'],
        grantTypes: kind === 'machine' ? ['client_credentials'] : ['authorization_code', 'refresh_token'],
        scope: supportedScopes.join(' '),
        pkceRequired: kind !== 'actions',
        kind: 'manual',
        createdAt: unixSeconds(clock),
        ...(serves.length === 0 ? {} : { serves: servable(serves, settings) }),
        ...(secret === undefined ? {} : { secretHash: hashToken(secret) }),
      }
      await stores.clients.save(client)
      return { client, secret }
    },
    list: () => oneByOne(stores.clients.list),
    async remove(id) {
      if (!(await removeClient(id as ClientId, dependencies))) throw new Fault('not_found', `There is no client ${id}.`)
    },
  }
}

/** The same rule as for clients that register themselves. */
const acceptable = (redirectUris: readonly string[]) =>
  inWordsOf('redirect-uri', () => acceptableRedirectUris(redirectUris))

/** The same rule as for a `resource` that is asked for: no token is for any other. */
const servable = (serves: readonly string[], settings: OidcSettings) =>
  inWordsOf('serves', () => checkResources(settings, serves))

/** A protocol's rule, told in the words of the command line. */
function inWordsOf<T>(option: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    throw new Fault('invalid', `${error.description} Give each with --${option}.`, { field: option, cause: error })
  }
}
