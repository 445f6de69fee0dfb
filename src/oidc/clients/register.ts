/** Dynamic Client Registration (RFC 7591) and its management (RFC 7592). Capped, and unused clients expire. */
import { bearerToken } from '../../shared/bearer-token.ts'
import type { ClientId } from '../../shared/brand.ts'
import { unixSeconds } from '../../shared/clock.ts'
import { equalSecrets, hashToken } from '../../shared/hash.ts'
import { readJson } from '../../shared/read-body.ts'
import type { OidcDependencies } from '../dependencies.ts'
import type { Endpoint } from '../endpoint.ts'
import { OAuthError } from '../errors.ts'
import type { Client } from '../ports.ts'
import { tell } from '../tell.ts'
import { type ClientMetadata, metadataOf, readClientMetadata } from './metadata.ts'
import { removeClient } from './remove.ts'

const bodyLimitBytes = 32 * 1024
const path = '/auth/register'

export const registerClient: Endpoint = {
  method: 'POST',
  path,
  errors: 'json',
  cors: true,
  limit: { rule: 'registration', counts: 'requests' },
  async handle(dependencies, request) {
    const { settings, clock, random } = dependencies
    const metadata = readClientMetadata(await readJson(request, bodyLimitBytes))
    const now = unixSeconds(clock)
    const registrationToken = random.token(32)
    const secret = metadata.authMethods.some((method) => method.startsWith('client_secret'))
      ? random.token(32)
      : undefined
    const client: Client = {
      ...metadata,
      id: random.token(18) as ClientId,
      kind: 'dynamic',
      pkceRequired: true,
      createdAt: now,
      expiresAt: now + settings.unusedClientTtlSeconds,
      registrationTokenHash: hashToken(registrationToken),
      ...(secret === undefined ? {} : { secretHash: hashToken(secret) }),
    }
    await keepWithinCap(client, now, dependencies)
    tell(dependencies, request, 'client_registered', { clientId: client.id })
    return answer(client, { secret, registrationToken }, 201, dependencies)
  },
}

/** Long enough to sign in with a client that has just registered. */
const freshSeconds = 3_600

/**
 * At the cap the oldest client that nobody allowed goes, or whoever registers many could keep all others out until those expire;
 * so a flood keeps them out for an hour at most after its end. Faults: `temporarily_unavailable` where all are in use or fresh.
 */
async function keepWithinCap(
  client: Client,
  now: number,
  { stores: { clients }, settings: { maxDynamicClients, unusedClientTtlSeconds } }: OidcDependencies,
): Promise<void> {
  if (await clients.saveWithin(maxDynamicClients, client, now + unusedClientTtlSeconds - freshSeconds)) return
  throw new OAuthError('temporarily_unavailable', 'No more clients can register now. Ask the operator to add this one.')
}

const managed = (
  method: 'GET' | 'PUT' | 'DELETE',
  act: (client: Client, request: Request, dependencies: OidcDependencies, token: string) => Promise<Response>,
): Endpoint => ({
  method,
  path: `${path}/:id`,
  errors: 'json',
  cors: true,
  async handle(dependencies, request, { id = '' }) {
    const token = bearerToken(request) ?? ''
    const client = await dependencies.stores.clients.find(id as ClientId)
    const hash = client?.kind === 'dynamic' ? client.registrationTokenHash : undefined
    if (client === undefined || hash === undefined || !equalSecrets(hash, hashToken(token))) {
      throw notItsToken()
    }
    return act(client, request, dependencies, token)
  },
})

const notItsToken = () =>
  new OAuthError('invalid_token', 'The registration access token does not belong to this client.')

/** RFC 7592 section 2.1. */
export const readRegistration = managed('GET', async (client, _request, dependencies, registrationToken) =>
  answer(client, { registrationToken }, 200, dependencies),
)

/** RFC 7592 section 2.2: the metadata is replaced; identifier and secret stay, and so does how the client authenticates. */
export const replaceRegistration = managed('PUT', async (client, request, dependencies, registrationToken) => {
  const sent = await readJson(request, bodyLimitBytes)
  const metadata = readClientMetadata(sent)
  checkIdentity(sent, client)
  const changed = await dependencies.stores.clients.update(client.id, (current) => replaced(current, metadata))
  if (changed === undefined) throw notItsToken()
  tell(dependencies, request, 'client_changed', { clientId: client.id })
  return answer(changed, { registrationToken }, 200, dependencies)
})

const replaced = ({ clientUri, logoUri, jwks, jwksUri, ...kept }: Client, metadata: ClientMetadata): Client => ({
  ...kept,
  ...metadata,
  authMethods: kept.authMethods,
})

/** RFC 7592 section 2.2: `client_id` must be this client's, and a secret sent must be its own. */
function checkIdentity(sent: unknown, client: Client): void {
  const { client_id: id, client_secret: secret } = sent as Readonly<Record<string, unknown>>
  if (id !== client.id) throw new OAuthError('invalid_client_metadata', 'client_id must be the one of this client.')
  if (secret === undefined) return
  const own = client.secretHash !== undefined && typeof secret === 'string'
  if (!own || !equalSecrets(client.secretHash, hashToken(secret))) {
    throw new OAuthError('invalid_client_metadata', 'client_secret is not the one of this client.')
  }
}

/** RFC 7592 section 2.3: the client goes, and all that was granted to it ends. */
export const deleteRegistration = managed('DELETE', async (client, request, dependencies) => {
  await removeClient(client.id, dependencies)
  tell(dependencies, request, 'client_deleted', { clientId: client.id })
  return new Response(null, { status: 204 })
})

function answer(
  client: Client,
  { secret, registrationToken }: { secret?: string | undefined; registrationToken: string },
  status: number,
  { settings }: Pick<OidcDependencies, 'settings'>,
): Response {
  return Response.json(
    {
      ...metadataOf(client),
      ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
      registration_access_token: registrationToken,
      registration_client_uri: `${settings.issuer}${path}/${encodeURIComponent(client.id)}`,
    },
    { status, headers: { 'cache-control': 'no-store' } },
  )
}
